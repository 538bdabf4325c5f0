"""The type check of TypeScript, beside the synth: in memory, or by the command line."""
