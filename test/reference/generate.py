"""Regenerates everything under test/fixtures: python test/reference/generate.py [family ...]"""

import importlib
import sys
import time
import warnings

import torch

# order matters: the pipelines and models read the checkpoints, models read the published text encoder, normals and
# intrinsics add to what pipelines wrote
FAMILIES = [
    "checkpoints", "published", "pipelines", "halves", "normals", "intrinsics", "models", "schedulers",
    "torch_randn", "philox_randn", "resize", "ensembles", "colour",
]
# only by name: it takes 5 GB of memory
LARGE = ["full_size"]


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    warnings.filterwarnings("ignore")
    for family in sys.argv[1:] or FAMILIES:
        if family not in FAMILIES + LARGE:
            sys.exit(f"no family named {family}; there are: {', '.join(FAMILIES + LARGE)}")
        start = time.perf_counter()
        importlib.import_module(family).generate()
        print(f"{family}: {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()
