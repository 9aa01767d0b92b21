"""A worker is stopped (SIGSTOP) beyond its lease: another one takes its trial over, and when it wakes it writes
nothing about that any more."""
import signal

from hosts import LEASE, Place, main, require


def scenario(program, stack):
    place = Place(program, stack, lease=LEASE)
    place.write_sweep(trials=240)
    sleeper = place.start_worker()
    place.wait_for_epochs(3)
    sleeper.send_signal(signal.SIGSTOP)
    held = place.sql("SELECT number FROM trials WHERE state = 'running'")
    require(held.isdigit(), f"the worker trains {held!r}")
    place.start_worker()
    place.wait_for("another worker has taken the trial over",
                   lambda: place.number(f"SELECT attempt FROM trials WHERE number = {held}") == 2)
    sleeper.send_signal(signal.SIGCONT)
    left = place.trials - place.number("SELECT count(*) FROM trials WHERE state = 'complete'")
    place.finish()
    begun, attempts = place.require_whole()
    require((begun, attempts) == (1, 2), f"{begun} trials begun again, at most {attempts} attempts")
    return (f"stopped beyond a lease of {LEASE} s, trial {held} taken over, woken with {left} trials left, "
            f"{place.trials}/{place.trials} complete, digest equal")


main(scenario)
