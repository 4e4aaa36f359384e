"""What every training stage shares: asynchronous workers, averaged weights, resumable state, a log that can be plotted."""

import json
import math
import os
import time
from pathlib import Path

import torch
import torch.multiprocessing as multiprocessing


class Average:
    """Exponential moving average of a module's weights, faster at the start."""

    def __init__(self, module, decay):
        self.decay, self.steps = decay, 0
        self.weights = {k: v.detach().clone() for k, v in module.state_dict().items()}

    @torch.no_grad()
    def update(self, module):
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for k, v in module.state_dict().items():
            self.weights[k].lerp_(v, 1 - decay)


class Clock:
    """Updates, samples and seconds of a run, in memory that its workers share. They go on over restarts.

    The schedule has its own origin: a run that was cut short goes on where it was, a run that had come to its end and is
    given more minutes starts a new cosine there.
    """

    def __init__(self):
        self.counts = torch.zeros(5, dtype=torch.float64).share_memory_()  # updates, samples, seconds; updates and seconds at the origin

    @property
    def step(self):
        return int(self.counts[0])

    def resume(self, counts, minutes):
        """Take over the counts of a run whose budget was `minutes`."""
        self.counts.copy_(counts)
        if counts[2] >= 60 * minutes:
            self.counts[3], self.counts[4] = counts[0], counts[2]

    def progress(self, minutes):
        """Share of the schedule that has passed; `minutes` counts from the beginning of the run."""
        left = 60 * minutes - self.counts[4].item()
        return min(1.0, (self.counts[2] - self.counts[4]).item() / left) if left > 0 else 1.0

    def rate(self, minutes, schedule="cosine", warm_up=100, last=0.02):
        """Learning-rate factor: linear warm-up by updates, then half a cosine over the budget, or the paper's exponential.

        The exponential falls to 1 % at update 25 000 and stays there (Marigold, lr_scheduler.py, IterExponential).
        """
        updates = (self.counts[0] - self.counts[3]).item()
        if schedule == "exponential":
            return min(1.0, (updates + 1) / warm_up) * 0.01 ** min(1.0, max(0.0, (updates - warm_up) / (25_000 - warm_up)))
        return min(1.0, (updates + 1) / warm_up) * (last + (1 - last) * 0.5 * (1 + math.cos(math.pi * self.progress(minutes))))


def _work(rank, folder, module, clock, args, make_step, decay):
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed * 1000 + rank * 100_003 + clock.step)
    optimiser = torch.optim.AdamW(module.parameters(), lr=args.rate, betas=(0.9, 0.99), weight_decay=1e-4, fused=True)
    average, state_file = Average(module, decay), folder / "state.pt"
    if state_file.exists():
        state = torch.load(state_file, weights_only=True, map_location=args.device)
        optimiser.load_state_dict(state["optimiser"])
        average.weights, average.steps = state["average"], state["updates"]
    step, records, saved, mark = make_step(module, args, rank), [], time.time(), time.time()

    def save():
        state = {"module": module.state_dict(), "optimiser": optimiser.state_dict(), "average": average.weights,
                 "updates": average.steps, "counts": clock.counts.clone(), "minutes": args.minutes}
        torch.save(state, folder / "state.part")
        os.replace(folder / "state.part", state_file)

    while clock.progress(args.minutes) < 1:
        for group in optimiser.param_groups:
            group["lr"] = args.rate * clock.rate(args.minutes, args.schedule)
        optimiser.zero_grad()
        for _ in range(args.accumulate):
            loss, samples, values = step(clock)
            (loss / args.accumulate).backward()
            clock.counts[1] += samples
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
        clock.counts[0] += 1
        if rank:
            continue
        average.update(module)
        now = time.time()
        clock.counts[2] += now - mark
        mark = now
        records.append({"loss": loss.item(), **values})
        if len(records) == args.log_every:
            mean = {k: round(sum(r[k] for r in records) / len(records), 5) for k in records[0]}
            line = {"step": clock.step, "seen": int(clock.counts[1]), "seconds": round(clock.counts[2].item()), **mean}
            records = []
            with open(folder / "log.jsonl", "a") as f:
                f.write(json.dumps(line) + "\n")
            print(line, flush=True)
        if now - saved > 120:
            saved = now
            save()
    if rank == 0:
        save()


def options(cli, minutes, rate, batch):
    """The command-line options that all training stages have."""
    cli.add_argument("--run", type=Path, required=True, help="folder of state.pt and log.jsonl; continued when it exists")
    cli.add_argument("--minutes", type=float, default=minutes, help="wall-clock budget over all sittings; the learning rate ends with it")
    cli.add_argument("--rate", type=float, default=rate)
    cli.add_argument("--schedule", choices=["cosine", "exponential"], default="cosine", help="exponential: the paper's, by updates")
    cli.add_argument("--batch", type=int, default=batch)
    cli.add_argument("--accumulate", type=int, default=1, help="batches whose gradients make one update")
    cli.add_argument("--workers", type=int, default=2, help="processes that update the same weights without waiting for each other")
    cli.add_argument("--threads", type=int, default=1, help="threads of each worker")
    cli.add_argument("--device", default="cpu", help="a GPU takes --workers 1")
    cli.add_argument("--seed", type=int, default=2024)
    cli.add_argument("--log-every", type=int, default=50)


def train(module, args, make_step, decay=0.999):
    """Train until args.minutes have passed; make_step(module, args, rank) returns step(clock) -> (loss, samples, values).

    Workers share the weights and update them without locks (Hogwild); each has its own moments. On a shared machine this
    wastes nothing on waiting for the slower thread. Returns the module with averaged weights.
    """
    args.run.mkdir(parents=True, exist_ok=True)
    clock = Clock()
    if (args.run / "state.pt").exists():
        state = torch.load(args.run / "state.pt", weights_only=True, map_location="cpu")
        module.load_state_dict(state["module"])
        clock.resume(state["counts"], state["minutes"])
        print(f"continuing {args.run} at step {clock.step}", flush=True)
    if args.device != "cpu":
        if args.workers != 1:
            raise ValueError("only the CPU shares weights between workers: add --workers 1")
        _work(0, args.run, module.to(args.device), clock, args, make_step, decay)
        return averaged(args.run, module.cpu())
    module.share_memory()
    multiprocessing.spawn(_work, (args.run, module, clock, args, make_step, decay), nprocs=args.workers)
    return averaged(args.run, module)


def averaged(folder, module):
    """The module with a stage's averaged weights."""
    module.load_state_dict(torch.load(Path(folder) / "state.pt", weights_only=True, map_location="cpu")["average"])
    return module.eval()
