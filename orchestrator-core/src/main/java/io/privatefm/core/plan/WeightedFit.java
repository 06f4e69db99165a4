/* SPDX-License-Identifier: Apache-2.0 */
package io.privatefm.core.plan;

import io.privatefm.core.adapter.AdapterFit;

/**
 * An adapter's part in a variant.
 *
 * @param name how errors call it: its subject
 */
public record WeightedFit(String name, AdapterFit fit, float weight) {}
