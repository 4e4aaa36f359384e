"""Where fixtures go and how they are written: one .safetensors with named tensors, one .json beside it."""

import json
import re
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def tensor_of(value):
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(np.ascontiguousarray(value))
    # clone: safetensors refuses tensors that share storage, and several cases store views
    return value.detach().cpu().clone().contiguous()


def write_json(path, value):
    """Floats in Python's shortest round-trip form, so a float64 survives exactly; innermost arrays on one line."""
    target = FIXTURES / path
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=1, ensure_ascii=False)
    text = re.sub(r"\[([^\[\]{}]*)\]", lambda m: "[" + re.sub(r"\s*\n\s*", " ", m[1]).strip() + "]", text)
    target.write_text(text + "\n", encoding="utf-8")


def write_tensors(path, tensors):
    target = FIXTURES / path
    target.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor_of(value) for name, value in tensors.items()}, str(target))
    target.chmod(0o644)


def write_case(path, parameters, tensors):
    """`path` without extension. The JSON names its tensor file, so that a test needs only the JSON's path."""
    write_json(f"{path}.json", {**parameters, "tensors": f"{Path(path).name}.safetensors"})
    write_tensors(f"{path}.safetensors", tensors)
