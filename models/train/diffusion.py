"""The forward process of the paper: zero-SNR schedule, v-prediction, annealed multi-resolution noise."""

import torch
import torch.nn.functional as F

from .architecture import scheduler


def alphas():
    """ᾱ_t, [1000], with zero terminal SNR."""
    return scheduler().alphas_cumprod


def multi_resolution_noise(shape, strength):
    """Noise [B, C, H, W] with low frequencies added: strength_b^i of noise drawn at about r^-i of the size (Marigold, multi_res_noise.py).

    strength: [B]; 0 gives plain Gaussian noise.
    """
    _, channels, height, width = shape
    noise, h, w = torch.randn(shape), height, width
    for i in range(10):
        r = torch.rand(1).item() * 2 + 2
        h, w = max(1, int(h / r**i)), max(1, int(w / r**i))
        layer = F.interpolate(torch.randn(shape[0], channels, h, w), (height, width), mode="bilinear")
        noise += layer * (strength**i)[:, None, None, None]
        if h == 1 or w == 1:
            break
    return noise / noise.std()


def diffuse(x0, noise, t, alpha):
    """(x_t, v_t): x_t = √ᾱ x0 + √(1−ᾱ) ε and v_t = √ᾱ ε − √(1−ᾱ) x0."""
    a = alpha[t][:, None, None, None]
    return a.sqrt() * x0 + (1 - a).sqrt() * noise, a.sqrt() * noise - (1 - a).sqrt() * x0


def draw_steps(count, high_share):
    """Timesteps, uniform in 0..999 except for a share drawn from 700..999, where the picture alone decides."""
    uniform, high = torch.randint(0, 1000, (count,)), torch.randint(700, 1000, (count,))
    return torch.where(torch.rand(count) < high_share, high, uniform)
