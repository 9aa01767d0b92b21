"""Four workers, of which one is killed at twelve random moments and replaced at once; three rounds.

Of a worker of this machine the others see at once that its process is gone. Where namespaces can be made, every
second worker is one of another machine in this respect: only its lease says so.
"""
import random

from hosts import LEASE, Place, main, require

ROUNDS, WORKERS, KILLS = 3, 4, 12


def scenario(program, stack):
    seed = random.randrange(2**32)
    dice = random.Random(seed)
    place = Place(program, stack, lease=LEASE)
    place.write_sweep()
    total = place.trials * place.epochs_each
    again, most = [], 0
    for round_number in range(ROUNDS):
        if round_number > 0:
            place.sql("DROP OWNED BY hpsearch; CREATE SCHEMA IF NOT EXISTS public")
        for number in range(WORKERS):
            place.start_worker(before=place.elsewhere() if number % 2 else ())
        for moment in sorted(dice.randrange(1, total * 9 // 10) for _ in range(KILLS)):
            place.wait_for_epochs(moment)
            worker = dice.choice(place.workers)
            require(worker.poll() is None, f"nothing is left to kill (seed {seed})")
            worker.kill()
            worker.wait()
            place.forget(worker)
            place.start_worker(before=worker.before)
        place.finish()
        begun, attempts = place.require_whole()
        again.append(begun)
        most = max(most, attempts)
        place.workers.clear()
    return (f"{ROUNDS * KILLS} kills of {WORKERS} workers, {'+'.join(map(str, again))} trials begun again, at most "
            f"{most} attempts, {ROUNDS} x {place.trials}/{place.trials} complete, digest equal (seed {seed})")


main(scenario)
