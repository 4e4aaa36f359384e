"""
torch.randn on a CUDA generator, emulated in numpy float32/float64: Philox4x32-10 (Salmon et al., SC11), cuRAND's
Box-Muller and the grid-stride layout of ATen's distribution kernels. No CUDA device was used. What anchors it:
the three known-answer vectors of Random123's philox4x32-10, and twelve values of
torch.randn(3, 4, device="cuda") under seed 0 which several public projects print; both are asserted here.
"""

import numpy as np

from fixture_store import write_case

M0, M1 = 0xD2511F53, 0xCD9E8D57
W0, W1 = 0x9E3779B9, 0xBB67AE85
MASK = 0xFFFFFFFF

# Random123 kat_vectors, philox4x32 10 rounds: counter, key, output
KNOWN = [
    ([0, 0, 0, 0], [0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([MASK] * 4, [MASK] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]
CUDA_SEED_0 = [
    -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709,
    -1.07454231, -0.36314407, -1.67105067, 2.26550497,
]


def philox(counter, key):
    """counter uint64 [4, n] of 32-bit words, key two ints -> uint64 [4, n]."""
    c0, c1, c2, c3 = (np.asarray(c, dtype=np.uint64) for c in counter)
    k0, k1 = key
    for _ in range(10):
        p0, p1 = c0 * np.uint64(M0), c2 * np.uint64(M1)
        c0, c1, c2, c3 = (
            (p1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0),
            p1 & np.uint64(MASK),
            (p0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1),
            p0 & np.uint64(MASK),
        )
        k0, k1 = (k0 + W0) & MASK, (k1 + W1) & MASK
    return np.stack([c0, c1, c2, c3])


def box_muller(x, y):
    """cuRAND: u = x 2^-32 + 2^-33, v = (y 2^-32 + 2^-33) 2 pi; first value takes the sine, second the cosine."""
    u = x.astype(np.float64) * 2.0**-32 + 2.0**-33
    v = (y.astype(np.float64) * 2.0**-32 + 2.0**-33) * (2 * np.pi)
    r = np.sqrt(-2 * np.log(u))
    return r * np.sin(v), r * np.cos(v)


def cuda_randn(numel, seed, offset=0, multiprocessors=108, threads_per_multiprocessor=2048):
    """
    Returns (values, next offset). Thread i of T = 256 * grid has subsequence i and writes i, i+T, i+2T, i+3T from one
    call of four normals, then goes on with the next counter. `offset` is torch's philox offset, in 32-bit words.
    """
    grid = min(multiprocessors * (threads_per_multiprocessor // 256), -(-numel // 256))
    threads = 256 * grid
    rounds = -(-numel // (threads * 4))
    out = np.zeros(rounds * threads * 4)
    i = np.arange(threads, dtype=np.uint64)
    for r in range(rounds):
        block = np.uint64(offset // 4 + r)
        zero = np.zeros_like(i)
        words = philox(
            [zero + (block & np.uint64(MASK)), zero + (block >> np.uint64(32)), i & np.uint64(MASK), i >> np.uint64(32)],
            [seed & MASK, seed >> 32],
        )
        four = [*box_muller(words[0], words[1]), *box_muller(words[2], words[3])]
        out[r * threads * 4 : (r + 1) * threads * 4] = np.concatenate(four)
    return out[:numel].astype(np.float32), offset + 4 * rounds


def generate():
    for counter, key, want in KNOWN:
        assert philox([[c] for c in counter], key)[:, 0].tolist() == want
    assert np.abs(cuda_randn(12, 0)[0] - CUDA_SEED_0).max() < 1e-6

    cases, tensors = [], {}
    for seed in (0, 42, 2024, 2**32 + 42, 2**53 - 1):
        for numel in (1, 12, 192, 300):
            name = f"seed{seed}.numel{numel}"
            first, offset = cuda_randn(numel, seed)
            second, _ = cuda_randn(numel, seed, offset)
            tensors |= {name: first, f"{name}.next": second}
            cases.append({"name": name, "seed": str(seed), "numel": numel, "next_offset": offset})
    # a pretended small device shows the layout past one launch: values i, i+T, i+2T, i+3T come from one counter
    small = dict(multiprocessors=1, threads_per_multiprocessor=512)
    first, offset = cuda_randn(5000, 2024, **small)
    second, _ = cuda_randn(700, 2024, offset, **small)
    tensors |= {"grid.numel5000": first, "grid.next700": second}
    write_case(
        "randn/philox_cuda",
        {
            "certainty": "emulated; the block function is checked against Random123's vectors, the first normal of each "
            "thread against published CUDA output; the order of the other three follows cuRAND's and ATen's sources",
            "known_answers": [{"counter": c, "key": k, "output": o} for c, k, o in KNOWN],
            "cuda_seed_0_shape_3x4": CUDA_SEED_0,
            "threads": "T = 256 * min(multiprocessors * (threads_per_multiprocessor / 256), ceil(numel / 256))",
            "cases": cases,
            "grid": {**small, "seed": "2024", "numel": 5000, "next_offset": offset, "next_numel": 700},
        },
        tensors,
    )


if __name__ == "__main__":
    generate()
