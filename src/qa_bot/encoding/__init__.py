"""From text to unit vectors, and from a question and its candidates to how well each answers.

Building, sentence-transformers loads whichever model is set and exports it once; from then on one light engine
(OpenVINO) runs it, and nothing imports torch.
"""

from qa_bot.encoding.encoder import Encoder
from qa_bot.encoding.models import export_faults, export_folder, exported_model, exported_ranker
from qa_bot.encoding.ranker import bundled_ranker, open_ranker
from qa_bot.encoding.statements import Ranker, RankerKind, Statement

__all__ = [
    "Encoder",
    "Ranker",
    "RankerKind",
    "Statement",
    "bundled_ranker",
    "export_faults",
    "export_folder",
    "exported_model",
    "exported_ranker",
    "open_ranker",
]
