"""A server with a hundred connections, all of them in use: workers wait for one, and go on when there is."""
import subprocess

from hosts import Place, main, require

LIMIT, WORKERS = 100, 4


def scenario(program, stack):
    place = Place(program, stack, settings=f"max_connections = {LIMIT}\nsuperuser_reserved_connections = 0\n")
    place.write_sweep()
    require(place.sql("SHOW max_connections") == str(LIMIT), "the limit")
    holders = []
    stack.callback(lambda: [(holder.kill(), holder.wait()) for holder in holders])
    counter = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
    for number in range(LIMIT):
        holders.append(subprocess.Popen(["psql", "-XAtq", place.url], env=place.environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        holders[-1].stdin.write("SELECT 1;\n")
        holders[-1].stdin.flush()
        require(holders[-1].stdout.readline() == "1\n", f"connection {number} is refused")
    for _ in range(WORKERS):
        place.start_worker()
    for worker in place.workers:
        place.wait_for("each worker says that it waits", lambda worker=worker: "connect" in place.log_of(worker), 60)
    asked = holders[0]
    asked.stdin.write(counter + ";\n")
    asked.stdin.flush()
    held = asked.stdout.readline().strip()
    require(held == str(LIMIT), f"{held} connections")
    for holder in holders:
        holder.stdin.close()
        holder.wait()
    place.finish()
    _, attempts = place.require_whole()
    require(attempts == 1, f"a trial has {attempts} attempts, although nothing was killed")
    return (f"{WORKERS} workers waited while all {LIMIT} connections were in use, then trained, "
            f"{place.trials}/{place.trials} complete, digest equal")


main(scenario)
