"""Thirty-two workers start at once on an empty database."""
from hosts import Place, main, require

WORKERS = 32


def scenario(program, stack):
    place = Place(program, stack)
    place.write_sweep(trials=64, epochs=5, hidden=16)
    for _ in range(WORKERS):
        place.start_worker()
    place.finish()
    _, attempts = place.require_whole()
    require(attempts == 1, f"a trial has {attempts} attempts, although nothing was killed")
    sweeps = place.sql("SELECT count(*) FROM sweeps")
    require(sweeps == "1", f"{sweeps} sweeps")
    return f"{WORKERS} workers at once on an empty database, {place.trials}/{place.trials} complete, digest equal"


main(scenario)
