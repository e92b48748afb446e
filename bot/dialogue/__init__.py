"""The conversation: (message, person) -> reply. Pure: no channel, no network, no store."""
