"""Pages that are written from the project itself, so that they can't disagree with it."""
