"""Actions: what a button carries. Short, readable, and stable, because old buttons stay in people's chats.

    m                   the menu                    t:<topic>[:<language>]   a topic
    g:<section>         one section of the menu     e:<entry>[:<language>]   an elsewhere entry
    l   l:<language>[:<topic>]   languages; this language, and the topic that was shown in it
    w   w:<audience|->[:<topic>[:<language>]]   who are you
    y:<topic>:<lang>[:<token>]  this helped         n:<topic>:<lang>[:<token>]  this did not
    x[:<token>]         none of these               s                        start again
    h:<token>           tell me when there is an answer

What one follows (bot.dialogue.following):

    b                   the subscriptions           b:<subject>  b:yes:<subject>  b:off[:<subject>]
    u:<subject>         stop, below a message       q[:<from>:<until>]   quiet hours
    p[:<days>|end|on[:<month>]|until:<day>]   pause
    k[:<location>[:<letter>]]  letters              v[:<occurrence>]  the calendar    i:<occurrence>  its file
    r:<occurrence>[:<people>]  who comes; 0 = I do not; n = ask for another number    r  to what do I come

Staff's work (bot.dialogue.staff) begins with z.

A token names the question that the answer belonged to, held in memory for a while.

Telegram allows 1 to 64 bytes of callback data (Bot API, InlineKeyboardButton).
"""

ANOTHER_NUMBER = "n"
"""In the place of people: ask anew with how many somebody comes."""

LIMIT = 64
"""Bytes that an action may have."""


def action(verb: str, *details: str) -> str:
    """Return an action; trailing empty details are left out.

    Raises:
        ValueError: if it is longer than LIMIT bytes.

    """
    text = ":".join((verb, *details)).rstrip(":")
    if len(text.encode()) > LIMIT:
        raise ValueError(f"an action has at most {LIMIT} bytes: {text}")
    return text


def whole(text: str) -> int:
    """Return the number that a button carries; a forged one gives 0, which is the number of nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def token_of(text: str) -> str:
    """Return the token that an action carries, or an empty text."""
    verb, details = taken_apart(text)
    return {"n": details[2], "x": details[0], "h": details[0]}.get(verb, "")


def taken_apart(text: str) -> tuple[str, tuple[str, ...]]:
    """Return an action's verb and its details, always at least three (missing ones are empty)."""
    verb, *details = text.split(":")
    return verb, (*details, "", "", "")
