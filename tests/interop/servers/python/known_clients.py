"""The clients that every server knows: `../clients.json`."""

import json
from pathlib import Path

CLIENTS = json.loads((Path(__file__).parents[1] / "clients.json").read_text("utf-8"))
