"""What the weights that qa_bot ships are made with; no part of the installed program."""
