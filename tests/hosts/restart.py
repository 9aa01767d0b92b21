"""The server is killed in the middle (pg_ctl stop -m immediate) and started again two seconds later. Four workers
wait for it, and go on."""
import time

from hosts import Place, main, require

WORKERS, AWAY = 4, 2.0


def scenario(program, stack):
    place = Place(program, stack)
    place.write_sweep()
    for _ in range(WORKERS):
        place.start_worker()
    place.wait_for_epochs(place.trials * place.epochs_each // 3)
    place.stop_server("immediate")
    before = time.monotonic()
    time.sleep(AWAY)
    require(all(worker.poll() is None for worker in place.workers), "a worker has ended with the server")
    place.start_server()
    away = time.monotonic() - before
    place.finish()
    told = sum("trying again" in place.log_of(worker) for worker in place.workers)
    require(told == WORKERS, f"{told} of {WORKERS} workers said that they wait: {place.log_of(place.workers[0])}")
    begun, _ = place.require_whole()
    return (f"server away for {away:.1f} s, {WORKERS} workers waited for it and went on, {begun} trials begun again, "
            f"{place.trials}/{place.trials} complete, digest equal")


main(scenario)
