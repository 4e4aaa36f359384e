"""Schedulers: timesteps, the table of cumulative alphas, DDIM steps with eta, LCM steps; diffusers' own classes."""

import torch
from diffusers import DDIMScheduler, LCMScheduler

from checkpoints import SCHEDULER, SCHEDULERS
from fixture_store import write_case, write_json

COUNTS = [*range(1, 61), 64, 75, 100, 121, 125, 128, 200, 250, 333, 1000]


def strip(config):
    return {k: v for k, v in config.items() if not k.startswith("_") and k != "skip_prk_steps"}


def ddim(**changes):
    return DDIMScheduler(**strip(SCHEDULER | changes))


def timesteps():
    table = {}
    for spacing in ("leading", "trailing", "linspace"):
        table[spacing] = {}
        for n in COUNTS:
            scheduler = ddim(timestep_spacing=spacing)
            scheduler.set_timesteps(n)
            table[spacing][str(n)] = scheduler.timesteps.tolist()
    table["lcm"] = {}
    for n in range(1, 51):
        scheduler = LCMScheduler(**strip(SCHEDULERS["lcm"]))
        scheduler.set_timesteps(n)
        table["lcm"][str(n)] = scheduler.timesteps.tolist()
    write_json("schedulers/timesteps.json", {"steps_offset": 1, "num_train_timesteps": 1000, "timesteps": table})


def alphas():
    variants = {
        "plain": {},
        "zero_snr": {"rescale_betas_zero_snr": True},
        "linear": {"beta_schedule": "linear", "beta_start": 0.0001, "beta_end": 0.02},
    }
    made = {name: ddim(**changes) for name, changes in variants.items()}
    one = ddim(set_alpha_to_one=True)
    write_case(
        "schedulers/alphas_cumprod",
        {
            "dtype": "float32, as diffusers computes them",
            "variants": {name: SCHEDULER | changes for name, changes in variants.items()},
            "final_alpha_cumprod": {name: float(s.final_alpha_cumprod) for name, s in made.items()}
            | {"plain with set_alpha_to_one": float(one.final_alpha_cumprod)},
        },
        {name: s.alphas_cumprod for name, s in made.items()},
    )


def model(x, t, salt):
    """A smooth stand-in for the U-Net, different for every element; only its recorded values matter."""
    return torch.tanh(0.5 * x + salt + t / 700)


def ddim_steps():
    cases, tensors = [], {}
    settings = [
        ({"timestep_spacing": "trailing", "rescale_betas_zero_snr": True}, (1, 2, 3, 4, 7, 10)),
        ({"timestep_spacing": "trailing"}, (1, 3, 4)),
        ({"timestep_spacing": "leading"}, (1, 3, 10)),
        ({"timestep_spacing": "linspace"}, (3, 5)),
        ({"timestep_spacing": "trailing", "set_alpha_to_one": True}, (1, 3)),
        ({"timestep_spacing": "trailing", "prediction_type": "epsilon"}, (3,)),
        ({"timestep_spacing": "trailing", "prediction_type": "sample"}, (3,)),
    ]
    generator = torch.Generator().manual_seed(11)
    shape = [1, 4, 3, 5]
    salt = torch.randn(shape, generator=generator)
    for changes, counts in settings:
        for n in counts:
            for eta in (0.0, 0.3, 1.0):
                if eta and n not in (3, 10):
                    continue
                scheduler = ddim(**changes)
                scheduler.set_timesteps(n)
                name = f"ddim{len(cases)}"
                x = torch.randn(shape, generator=generator)
                tensors[f"{name}.x"] = x
                for i, t in enumerate(scheduler.timesteps):
                    v = model(x, float(t), salt)
                    noise = torch.randn(shape, generator=generator) if eta else None
                    x = scheduler.step(v, t, x, eta=eta, variance_noise=noise).prev_sample
                    tensors |= {f"{name}.step{i}.v": v, f"{name}.step{i}.latent": x}
                    if noise is not None:
                        tensors[f"{name}.step{i}.noise"] = noise
                cases.append(
                    {"name": name, "config": SCHEDULER | changes, "n": n, "eta": eta,
                     "timesteps": scheduler.timesteps.tolist()}
                )
    write_case("schedulers/ddim_steps", {"cases": cases}, tensors)


def lcm_steps():
    cases, tensors = [], {}
    source = torch.Generator().manual_seed(12)
    shape = [1, 4, 3, 5]
    salt = torch.randn(shape, generator=source)
    for n in (1, 2, 3, 4, 8):
        name, seed = f"lcm{n}", 2024 + n
        scheduler = LCMScheduler(**strip(SCHEDULERS["lcm"]))
        scheduler.set_timesteps(n)
        generator, twin = (torch.Generator().manual_seed(seed) for _ in range(2))
        x = torch.randn(shape, generator=source)
        tensors[f"{name}.x"] = x
        for i, t in enumerate(scheduler.timesteps):
            v = model(x, float(t), salt)
            out = scheduler.step(v, t, x, generator=generator)
            x = out.prev_sample
            tensors |= {f"{name}.step{i}.v": v, f"{name}.step{i}.latent": x, f"{name}.step{i}.denoised": out.denoised}
            if i < n - 1:
                tensors[f"{name}.step{i}.noise"] = torch.randn(shape, generator=twin)
        cases.append({"name": name, "n": n, "noise_seed": seed, "timesteps": scheduler.timesteps.tolist()})
    write_case("schedulers/lcm_steps", {"config": SCHEDULERS["lcm"], "cases": cases}, tensors)


def generate():
    timesteps()
    alphas()
    ddim_steps()
    lcm_steps()


if __name__ == "__main__":
    generate()
