/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.modelstore.crash;

/**
 * A change of a folder that is not on the disk for sure.
 *
 * @param node what the name then stands for; null if the name is gone
 * @param move the operation that it is one half of, or the whole of
 */
record Change(String name, Node node, Move move) {}
