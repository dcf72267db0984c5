"""The detector that asks a language model: prompt, chunks, transport, validation, cache, budget."""
