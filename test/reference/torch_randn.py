"""torch.randn on the CPU generator (mt19937): single draws, one generator over several draws, uniform draws."""

import torch

from fixture_store import write_case

SEEDS = [0, 1, 42, 2024, 2**31, 2**32 - 1, 2**32 + 42, 2**53 - 1]
COUNTS = [1, 2, 3, 7, 15, 16, 17, 20, 31, 32, 33, 100, 192, 1008]
SEQUENCES = {
    # lcm-like: whole blocks only; then tails; then draws under 16, which take another path and keep a spare value
    "blocks": [192, 192, 192],
    "tails": [20, 33, 17, 100],
    "short": [5, 5, 1, 2, 3],
    "short_then_long": [5, 16, 3, 20, 1, 1, 16],
    "long_then_short": [64, 7, 64, 8],
    "past_one_state": [700, 5, 700],
}


def generate():
    cases, tensors = [], {}
    for seed in SEEDS:
        for numel in COUNTS if seed in (0, 42, 2024) else [7, 20, 32]:
            name = f"seed{seed}.numel{numel}"
            tensors[name] = torch.randn(numel, generator=torch.Generator().manual_seed(seed))
            cases.append({"name": name, "seed": str(seed), "draws": [numel]})
    for label, draws in SEQUENCES.items():
        for seed in (0, 2024):
            generator = torch.Generator().manual_seed(seed)
            name = f"sequence.{label}.seed{seed}"
            # one tensor: the draws one after the other
            tensors[name] = torch.cat([torch.randn(n, generator=generator) for n in draws])
            cases.append({"name": name, "seed": str(seed), "draws": draws})
    generator = torch.Generator().manual_seed(2024)
    tensors["latent.seed2024.1x4x72x96.first4096"] = torch.randn([1, 4, 72, 96], generator=generator).flatten()[:4096]
    tensors["uniform.seed0.numel64"] = torch.rand(64, generator=torch.Generator().manual_seed(0))
    # the prefix property: E members of a size with 4hw % 16 == 0 begin with the same numbers whatever E is
    for members in (1, 3):
        generator = torch.Generator().manual_seed(2024)
        tensors[f"members{members}.4x6x8"] = torch.randn([members, 4, 6, 8], generator=generator)
        generator = torch.Generator().manual_seed(2024)
        tensors[f"members{members}.4x1x2"] = torch.randn([members, 4, 1, 2], generator=generator)
    write_case(
        "randn/torch_cpu",
        {
            "note": "seeds are strings: some exceed 2^53. Expect agreement to about 1e-6: torch uses its own vector "
            "log, sin and cos.",
            "cases": cases,
        },
        tensors,
    )


if __name__ == "__main__":
    generate()
