"""The Discord surface: questions in a channel, quotes with citations back.

::

    lifecycle    settings -> lock, log, signals -> a client -> an exit code
    client       events -> messages, commands, buttons
    admission    who may ask now: cooldowns, a fair bounded queue, one search for identical questions
    engine       one executor thread around the answerer; reloads it when a newer index was published
    rendering    an answer -> text within Discord's limits, re-checked against the source (markup, places, links)
    delivery     what leaves: once, retried where that is safe, never where it is not
    feedback     votes and unanswered questions, in SQLite beside the index

Only modules in here import ``discord``; markup, places, links, rendering, admission, feedback and texts do not.
"""
