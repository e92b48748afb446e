"""The web chat: one page that works without JavaScript and is smooth with it, and a page per topic."""
