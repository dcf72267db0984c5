"""Language model detector: prompt, chunking, transport, response validation, cache, token budget."""
