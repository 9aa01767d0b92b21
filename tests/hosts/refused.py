"""What cannot work ends with 1 and a sentence, and shows no password: a wrong password, user, host, port and
database, a role that may create nothing, tables of another program, a newer schema."""
import re
import socket
import subprocess
import urllib.parse

from hosts import Place, main, require

SECRET = "s3cret-and-w.rong"
RUN, REPORT = ("run", "sweep.yaml", "--join"), ("report",)


def require_refusal(place, name, command, database, words):
    ran = subprocess.run([place.program, *command, "--db", database], cwd=place.folder, env=place.environment,
                         capture_output=True, text=True)
    said = ran.stdout + ran.stderr
    require(ran.returncode == 1, f"{name}, {command[0]}: ended with {ran.returncode}: {said}")
    require(words in said, f"{name}, {command[0]}: {said}")
    require(SECRET not in said, f"{name}, {command[0]}: shows the password: {said}")


def scenario(program, stack):
    place = Place(program, stack, host="127.0.0.1")
    place.write_sweep(trials=2, epochs=1, hidden=4)
    url = place.url
    port = re.search(r":(\d+)/", url)[1]
    own = f"//hpsearch:{SECRET}@127.0.0.1:{port}/hpsearch"  # with a password that is not the right one
    guest = own.replace("//hpsearch:", "//guest:")          # with the right one
    admin = f"postgresql://postgres@{urllib.parse.quote(str(place.server), safe='')}:{port}/hpsearch"
    place.administer(admin, f"CREATE ROLE guest LOGIN PASSWORD '{SECRET}'", "CREATE DATABASE foreign_one OWNER guest",
                     "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    place.administer(admin.replace("/hpsearch", "/foreign_one"), "CREATE TABLE migrations(version int)",
                     "GRANT SELECT ON migrations TO guest")
    with open(place.server / "data" / "pg_hba.conf", "a", encoding="utf-8") as file:
        file.write("host all all all scram-sha-256\n")
    place.administer(admin, "SELECT pg_reload_conf()")
    both, failed = (RUN, REPORT), "password authentication failed"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen
        cases = [("wrong password", both, own, failed),
                 ("no such user", both, own.replace("//hpsearch", "//nobody"), failed),
                 ("no such host", both, own.replace("127.0.0.1", "no-such-host.invalid"), "could not translate host name"),
                 ("nobody listens", both, own.replace(f":{port}/", f":{closed.getsockname()[1]}/"), "refused"),
                 ("no such database", both, guest.replace("/hpsearch", "/nothing"), "does not exist"),
                 ("an empty database", (REPORT,), guest, "is empty"),
                 ("a role without CREATE", (RUN,), guest, "permission denied"),
                 ("tables of another program", both, guest.replace("/hpsearch", "/foreign_one"), "another program")]
        for name, commands, database, words in cases:
            for command in commands:
                require_refusal(place, name, command, "postgresql:" + database, words)
    ran = subprocess.run(place.command(), cwd=place.folder, env=place.environment, capture_output=True, text=True)
    require(ran.returncode == 0, ran.stderr)
    place.sql("INSERT INTO migrations SELECT max(version) + 1, '', '' FROM migrations")
    for command in both:
        require_refusal(place, "a newer schema", command, url, "newer")
    return f"{len(cases) + 1} kinds of refusal, each with exit code 1, a sentence, and no password"


main(scenario)
