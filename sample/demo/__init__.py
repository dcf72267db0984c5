"""`make demo`: the sample practice from transcripts to API responses, on this machine."""
