"""The Job that `hpsearch init --kubernetes` writes: against a strict schema of what it may use, and that its
parts fit together. Its worker's shell text runs with stand-ins.

Usage: job_test.py PROGRAM; exit code 77 without Debian's python3-yaml and python3-jsonschema
"""
import json
import os
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f"skipped: {error}; apt-get install python3-yaml python3-jsonschema")
    sys.exit(77)

PROGRAM = os.path.abspath(sys.argv.pop(1))
SCHEMA = Path(__file__).with_name("job_schema.json")


class UniqueKeys(yaml.SafeLoader):
    """Kubernetes refuses a key that is there twice; PyYAML would take the last."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.YAMLError(f"a key is there twice: {keys}")
        return super().construct_mapping(node, deep)


class Job(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temp = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temp.name)
        subprocess.run([PROGRAM, "init", "--kubernetes"], cwd=cls.folder, check=True, stderr=subprocess.DEVNULL)
        cls.text = (cls.folder / "hpsearch-job.yaml").read_text()
        cls.job = yaml.load(cls.text, UniqueKeys)
        cls.pod = cls.job["spec"]["template"]["spec"]
        cls.worker = cls.pod["containers"][0]

    @classmethod
    def tearDownClass(cls):
        cls.temp.cleanup()

    def test_follows_the_schema(self):
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        jsonschema.Draft7Validator(schema).validate(self.job)

    def test_follows_it_with_the_claim_for_data_too(self):
        # The lines with two spaces behind the sign are YAML that waits to be used.
        lines = [line.replace("# ", "", 1) if line.lstrip().startswith("# ") and line.startswith("  ") and
                 any(word in line for word in ("- name: data", "mountPath: /data", "readOnly: true",
                                               "persistentVolumeClaim", "claimName")) else line
                 for line in self.text.splitlines()]
        job = yaml.load("\n".join(lines), UniqueKeys)
        jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(job)
        pod = job["spec"]["template"]["spec"]
        self.assertIn("data", [mount["name"] for mount in pod["containers"][0]["volumeMounts"]])
        self.assertIn("data", [volume["name"] for volume in pod["volumes"]])

    def test_the_schema_sees_mistakes(self):
        schema = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
        for path, value in ((("spec", "completionMode"), "indexed"), (("spec", "template", "spec", "restartPolicy"), "Always"),
                            (("spec", "paralellism"), 8), (("spec", "completions"), "8"), (("metadata", "name"), "Hp_search"),
                            (("spec", "template", "spec", "containers"), [])):
            job = yaml.load(self.text, UniqueKeys)
            place = job
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            self.assertFalse(schema.is_valid(job), path)

    def test_its_parts_fit_together(self):
        self.assertEqual(self.job["spec"]["completions"], self.job["spec"]["parallelism"])
        self.assertEqual({mount["name"] for mount in self.worker["volumeMounts"]},
                         {volume["name"] for volume in self.pod["volumes"]})
        field = next(entry for entry in self.worker["env"] if entry["name"] == "WORKERS")["valueFrom"]["resourceFieldRef"]
        self.assertEqual(field, {"containerName": self.worker["name"], "resource": "limits.cpu"})
        volumes = {volume["name"]: volume for volume in self.pod["volumes"]}
        self.assertIn(f"create configmap {volumes['sweep']['configMap']['name']} --from-file=sweep.yaml", self.text)
        self.assertIn(f"create secret generic {volumes['password']['secret']['secretName']} --from-file=pgpass", self.text)
        self.assertIn(f"-l job-name={self.job['metadata']['name']} ", self.text)

    def test_the_worker_begins_with_a_password_file_that_libpq_takes(self):
        shell, option, script = self.worker["command"]
        password = self.folder / "password"
        password.mkdir()
        (password / "..data").write_text("db:5432:hpsearch:hpsearch:secret\n")
        (password / "..data").chmod(0o440)
        (password / "pgpass").symlink_to("..data")
        stand_in = self.folder / "hpsearch"
        stand_in.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
        stand_in.chmod(0o755)
        values = {entry["name"]: entry.get("value", "6") for entry in self.worker["env"]}
        values["PGPASSFILE"] = str(self.folder / "pgpass")
        values["PATH"] = f"{self.folder}:/usr/bin:/bin"
        for _ in range(2):  # a pod starts its container again in the same scratch folder
            ran = subprocess.run([shell, option, script.replace("/password", str(password))], env=values,
                                 capture_output=True, text=True)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            self.assertEqual(ran.stdout.splitlines(), ["run", "/sweep/sweep.yaml", "--join", "--workers", "6", "--db",
                                                       values["HPSEARCH_DB"]])
            self.assertEqual(stat.S_IMODE((self.folder / "pgpass").stat().st_mode), 0o600)


if __name__ == "__main__":
    unittest.main()
