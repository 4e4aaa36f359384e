"""Cases of MarigoldDepthPipeline whose encoder and decoder are halves of two VAEs, as users exchange one for TAESD."""

import json

from diffusers import AutoencoderKL, AutoencoderTiny

from fixture_store import FIXTURES, write_case, write_json
from pipelines import LEADING, TRAILING, case, image_of, parameters_of
from recorder import load_pipeline, record

import torch

# folders with an autoencoder at their root, as madebyollin/taesd has it
TINY, KL = f"{LEADING}/vae", f"{TRAILING}/vae"
CLASSES = {cls.__name__: cls for cls in (AutoencoderKL, AutoencoderTiny)}


def load_vae(folder):
    name = json.loads((FIXTURES / folder / "config.json").read_text())["_class_name"]
    return CLASSES[name].from_pretrained(FIXTURES / folder)


def exchange(pipe, encoder, decoder):
    """The pipeline's own code, each half with its own VAE and so with its own scaling factor."""
    own, decode = pipe.vae, pipe.decode_prediction
    halves = [load_vae(folder) if folder else own for folder in (encoder, decoder)]

    def decoded(latent):
        pipe.vae = halves[1]
        try:
            return decode(latent)
        finally:
            pipe.vae = halves[0]

    pipe.vae, pipe.decode_prediction = halves[0], decoded


def all_cases():
    landscape, portrait = "landscape_40x56", "portrait_61x44"
    return {
        "halves-kl-tiny": (case(TRAILING, landscape, 1, 64), None, TINY),
        "halves-tiny-kl": (case(TRAILING, landscape, 1, 64), TINY, None),
        # a latent of 9 x 7 cells, and padding
        "halves-tiny-tiny": (case(TRAILING, portrait, 2, 72), TINY, TINY),
        "halves-tiny-model-kl": (case(LEADING, landscape, 2, 64), None, KL),
    }


def generate():
    names = []
    for name, (c, encoder, decoder) in all_cases().items():
        pipe = load_pipeline(c["checkpoint"])
        exchange(pipe, encoder, decoder)
        generator = torch.Generator().manual_seed(c["seed"])
        outputs, trace = record(
            pipe, image_of(c["image"]), num_inference_steps=c["steps"], processing_resolution=c["resolution"],
            generator=generator,
        )
        parameters = parameters_of(name, c, trace)
        assert not parameters.pop("unparsed"), name
        parameters |= {"encoder": encoder, "decoder": decoder}
        write_case(f"pipelines/{name}", parameters, outputs)
        names.append(name)
        print(f"{name:22s} std {float(outputs['prediction'].std()):.3f} latent {parameters['latent_size']}")
    write_json("pipelines/halves.json", {"cases": names})


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    generate()
