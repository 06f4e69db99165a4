/* SPDX-License-Identifier: Apache-2.0 */
/**
 * PEFT configuration and files, read into a checked list of "this factor pair changes that tensor".
 *
 * @see <a href="https://github.com/huggingface/peft">Hugging Face PEFT</a>
 */
@NullMarked
package io.privatefm.core.adapter;

import org.jspecify.annotations.NullMarked;
