"""The talk with staff: compose, preview, approve, correct, recall; short steps with buttons that survive a restart.

To anybody who is no staff it does not exist: their message goes on to the ordinary conversation.
"""
