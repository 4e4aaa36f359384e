/**
 * What is known of a value before it is computed, in words that nodes agree on: of a checkpoint its `name`, and what it
 * `predicts` (nothing of a VAE alone). The engine hands it on and does not look into it.
 */
export type Facts = Readonly<Record<string, string>>

/** By socket; what nothing is known of is not there. */
export type FactsBySocket = Readonly<Record<string, Facts | undefined>>
