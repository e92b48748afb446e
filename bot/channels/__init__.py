"""The doors: each turns its own events into messages and replies into its own form. Nothing is decided here."""
