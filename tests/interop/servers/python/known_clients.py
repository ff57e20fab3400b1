"""The clients that every server knows: `../clients.json`."""

import json
from pathlib import Path

CLIENTS = json.loads(Path(__file__).with_name("..").joinpath("clients.json").resolve().read_text("utf-8"))
