"""Safety: words of suicide and of danger now, recognised before anything else is done with a message.

What is recognised is data, content/<language>/safety.yaml, which an editor can read: `words` are concepts
(wanting, dying, weapons, "no longer" …), `crisis`, `act_now` and `emergency` are patterns that combine them,
`harmless` are idioms that take the words which they cover out of the game, `past` are the signs of
something that is over, and `calm` those of a question for information ("which number", "a drill"), which keep
a word such as "ambulance" from being an emergency. `veiled` are patterns of a crisis in words that name neither death
nor harm ("my last letter"). `weary` are too, but of exhaustion only ("I can't any more"): a sign of `everyday` burdens
anywhere in the message (caring for a parent, noisy neighbours, a form, the question who could take over) explains
these, and they raise no alarm then. Both are weak signs, which the second net may take back.

`lookalikes` are ordinary words that never stand for another word, be it misspelt or of the same folded spelling;
`foreign` are the commonest words of other languages: a text in Latin letters with two of them is not read at all.

How a pattern is written:
    word            this word, one slip allowed when it is long       stem*, st*em  any word that begins (and ends) so
    <class>         any word or phrase of that class                     (a|b c)   one of these
    one two         next to each other (fillers such as "the" are not counted)
    one .. two      up to three words between                            one ... two  up to eight
    one & two       near each other in either order                      one && two   both somewhere in the text
    ^ and $         a sentence begins; it ends or pauses                     <number>  a number in digits
    … unless x      not where x is near; in `.. (one|$)` the $ must follow directly

Everything is matched with sets of places in the text, one bit a word, so that the work grows with the length of
the text and never explodes.
"""

from bot.knowledge.safety.net import Alarm, SafetyNet, Sign
from bot.knowledge.safety.pages import BadSafety

__all__ = ["Alarm", "BadSafety", "SafetyNet", "Sign"]
