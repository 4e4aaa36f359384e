"""Promises of models/train that need no training. Run from the repository's root: `python test/models/train/protocol.py`"""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[3]))

from models.train import evaluate  # noqa: E402
from models.train.architecture import autoencoder, denoiser, empty_prompt  # noqa: E402
from models.train.data import far_plane, normalise  # noqa: E402
from models.train.diffusion import alphas, diffuse, multi_resolution_noise  # noqa: E402
from models.train.repurpose import double_input  # noqa: E402
from models.train.scenes.raster import look_at, rasterise, to_camera  # noqa: E402
from models.train.scenes.render import render  # noqa: E402
from models.train.vae import whiten  # noqa: E402


def depth_of_a_tilted_plane_is_exact():
    eye, rotation = np.array([0.3, 1.5, -0.2]), look_at(np.array([0.3, 1.5, -0.2]), np.array([0.5, 0.4, 3.0]), 0.1)
    floor = np.array([[[-50, 0, -50], [50, 0, -50], [50, 0, 50]], [[-50, 0, -50], [50, 0, 50], [-50, 0, 50]]], np.float32)
    depth, _ = rasterise(to_camera(floor, rotation, eye), 60.0, 64, 48)
    y, x = np.mgrid[0:48, 0:64] + 0.5
    ray = rotation.T @ np.stack([(x - 32) / 60, -(y - 24) / 60, np.ones_like(x)]).reshape(3, -1)
    exact = (-eye[1] / ray[1]).reshape(48, 64)
    seen = np.isfinite(depth)
    assert seen.mean() > 0.5
    assert np.abs(depth[seen] / exact[seen] - 1).max() < 1e-4


def a_seed_always_gives_the_same_scene():
    for family in ("indoor", "outdoor"):
        first, again, other = (render(seed, family, 72, 56) for seed in (11, 11, 12))
        assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
        assert not np.array_equal(first[0], other[0])


def depth_is_normalised_by_percentiles_and_the_sky_is_on_the_far_plane():
    depth = np.linspace(1, 5, 1001, dtype=np.float32)[:, None].repeat(3, 1)
    low, high = np.quantile(depth, [0.02, 0.98])
    assert np.allclose(normalise(depth), np.clip((depth - low) / (high - low) * 2 - 1, -1, 1), atol=1e-5)
    depth[:200] = np.inf
    assert np.isclose(far_plane(depth)[:200], np.percentile(depth[200:], 98)).all()


def the_last_timestep_is_pure_noise_and_v_inverts():
    alpha = alphas()
    assert alpha[999] == 0 and abs(alpha[499] - 0.242359167) < 1e-5
    x0, noise, t = torch.randn(3, 4, 5, 6), torch.randn(3, 4, 5, 6), torch.tensor([999, 400, 0])
    x, v = diffuse(x0, noise, t, alpha)
    a = alpha[t][:, None, None, None]
    assert torch.equal(x[0], noise[0]) and torch.equal(v[0], -x0[0])
    assert torch.allclose(a.sqrt() * x - (1 - a).sqrt() * v, x0, atol=1e-5)


def annealed_noise_is_gaussian_at_strength_zero_and_smooth_at_one():
    torch.manual_seed(0)
    plain, layered = (multi_resolution_noise((64, 4, 24, 32), torch.full((64,), s)) for s in (0.0, 0.9))
    assert abs(plain.std() - 1) < 0.01 and abs(layered.std() - 1) < 0.01
    coarse = [torch.nn.functional.avg_pool2d(n, 8).std() for n in (plain, layered)]
    assert coarse[0] < 0.15 and coarse[1] > 0.4


def doubling_the_input_keeps_what_the_denoiser_computes():
    torch.manual_seed(0)
    unet = denoiser(4).eval()
    x, t, prompt = torch.randn(1, 4, 18, 24), torch.tensor([500]), empty_prompt()
    with torch.no_grad():
        before = unet(x, t, encoder_hidden_states=prompt).sample
        after = double_input(unet)(torch.cat([x, x], 1), t, encoder_hidden_states=prompt).sample
    assert torch.allclose(before, after, atol=1e-4)


def whitening_the_latents_does_not_change_the_pictures():
    torch.manual_seed(0)
    vae, x = autoencoder().eval(), torch.rand(4, 3, 64, 64) * 2 - 1
    with torch.no_grad():
        before = vae(x).sample
        whiten(vae, iter([x] * 2), 2)
        z = vae.encode(x).latent_dist.mode()
        assert torch.allclose(before, vae(x).sample, atol=1e-4)
    assert z.mean((0, 2, 3)).abs().max() < 1e-3 and (z.std((0, 2, 3)) - 1).abs().max() < 1e-2


def metrics_agree_with_worked_values():
    truth, guess = np.array([[1, 2, 4], [8, 5, 3.0]]), np.array([[0, 0.1, 0.35], [0.8, 0.5, 0.25]])
    abs_rel, delta = evaluate.metrics(guess, truth)
    assert abs(abs_rel - 0.0372925) < 1e-6 and delta == 1.0


if __name__ == "__main__":
    for promise in [v for v in list(globals().values()) if callable(v) and getattr(v, "__module__", "") == "__main__"]:
        promise()
        print("ok", promise.__name__.replace("_", " "))
