"""How well the bot answers a file of questions.

``read_questions -> fit_to_texts -> ask_all -> Outcome -> figures -> report, charts, calibration``.

An outcome is what became of one question and all that the figures need; it goes into the JSON as it is, so that two
runs can be compared question by question later.
"""
