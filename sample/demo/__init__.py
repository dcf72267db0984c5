"""`make demo`: the whole way from transcripts to an answered request, on this machine."""
