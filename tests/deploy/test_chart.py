"""The Helm chart, as a real Helm has rendered it with an operator's values.

`rendered.yaml` is kept, with a digest of what it was made from, so that what it says
is looked at where there is no Helm, too.  Anew, after a change of the chart:

    python -m tests.deploy.test_chart
"""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.kit.balancers import program
from tests.kit.deployed import DEPLOY, LEAVE_S, SECRETS, faults, probes, settings

CHART = DEPLOY / "helm/orbit"
VALUES = Path(__file__).with_name("values.yaml")
RENDERED = Path(__file__).with_name("rendered.yaml")
TLS = {
    "ORBIT_DATABASE_URL": "postgresql://orbit@db.example.org/orbit?sslmode=verify-full",
    "ORBIT_REDIS_URL": "rediss://redis.example.org",
}


def digest() -> str:
    """Return what changes when what Helm makes of the chart may."""
    whole = hashlib.sha256()
    for path in (VALUES, CHART / "values.yaml", CHART / "Chart.yaml"):
        said = yaml.safe_load(path.read_text())  # comments change nothing
        whole.update(json.dumps(said, sort_keys=True).encode() + b"\0")
    for path in sorted((CHART / "templates").iterdir()):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def helm(*words: str) -> str:
    path = program("helm")
    if path is None:
        pytest.skip("there is no helm")
    done = subprocess.run([path, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def render() -> str:
    text = helm("template", "orbit", str(CHART), "--values", str(VALUES))
    return f"# of {digest()}\n{text}"


def found(kind: str, name: str = "orbit") -> dict[str, Any]:
    for document in yaml.safe_load_all(RENDERED.read_text()):
        if (document["kind"], document["metadata"]["name"]) == (kind, name):
            assert isinstance(document, dict)
            return document
    raise LookupError(kind)


def pod() -> dict[str, Any]:
    spec = found("Deployment")["spec"]["template"]["spec"]
    assert isinstance(spec, dict)
    return spec


def container() -> dict[str, Any]:
    (only,) = pod()["containers"]
    assert isinstance(only, dict)
    return only


def plain() -> dict[str, str]:
    return {
        each["name"]: each["value"] for each in container()["env"] if "value" in each
    }


def secret() -> dict[str, str]:
    """Return which variable is taken from which key of the Secret."""
    return {
        each["name"]: each["valueFrom"]["secretKeyRef"]["key"]
        for each in container()["env"]
        if "valueFrom" in each
    }


def test_what_is_looked_at_is_of_this_chart():
    first = RENDERED.read_text().partition("\n")[0]
    assert first == f"# of {digest()}", "render it anew: see the head of this file"


def test_helm_renders_what_is_kept():
    assert render() == RENDERED.read_text()


def test_helm_finds_nothing_wrong():
    helm("lint", "--strict", str(CHART), "--values", str(VALUES))


def test_kubernetes_knows_each_word():
    for document in yaml.safe_load_all(RENDERED.read_text()):
        kubernetes_validate.validate(document, "1.30", strict=True)


def test_its_nodes_would_start(tmp_path):
    variables = {**plain(), **SECRETS, **TLS}
    assert {*secret()} == {*SECRETS, *TLS}
    assert all(name == key for name, key in secret().items())
    assert faults(variables, tmp_path) == []
    assert settings(variables, tmp_path).is_production


def test_no_secret_is_written_down():
    for text in (RENDERED.read_text(), (CHART / "values.yaml").read_text()):
        assert "kind: Secret" not in text
        for name in ("PEPPER", "SECRET_KEY", "CLUSTER_SECRET", "OPERATOR_KEY"):
            assert f"ORBIT_{name}=" not in text
    assert not {*plain()} & {*SECRETS, *TLS}


def test_kubernetes_adds_no_variables_of_its_own():
    """A Service called `orbit` would be told as ORBIT_PORT=tcp://..."""
    assert pod()["enableServiceLinks"] is False


def test_a_node_has_as_long_to_leave_as_it_may_take():
    command = container()["lifecycle"]["preStop"]["exec"]["command"]
    assert command[0] == "sleep"
    assert pod()["terminationGracePeriodSeconds"] > float(command[1]) + LEAVE_S


def test_probes_ask_where_a_node_tells_it():
    asked = {
        kind: container()[f"{kind}Probe"]["httpGet"]["path"]
        for kind in ("startup", "liveness", "readiness")
    }
    assert {*asked.values()} <= probes()
    assert asked["readiness"] == "/health/ready/"
    # a database that is away kills nobody
    assert asked["liveness"] == asked["startup"] == "/health/live/"


def test_a_probe_waits_longer_than_a_check_may_take():
    from orbit.http.health import PATIENCE_S  # noqa: PLC0415 - it is what is compared

    assert container()["readinessProbe"]["timeoutSeconds"] > PATIENCE_S


def test_a_node_may_do_nothing_beside_its_work():
    alone, whole = container()["securityContext"], pod()["securityContext"]
    assert alone["readOnlyRootFilesystem"] is True
    assert alone["allowPrivilegeEscalation"] is False
    assert alone["capabilities"] == {"drop": ["ALL"]}
    assert whole["runAsNonRoot"] is True
    user = f"USER {whole['runAsUser']}:{whole['runAsGroup']}"
    assert user in (DEPLOY.parent / "Dockerfile").read_text()
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod()["automountServiceAccountToken"] is False


def test_its_folder_can_be_written_to():
    (mounted,) = [m for m in container()["volumeMounts"] if m["name"] == "data"]
    image = (DEPLOY.parent / "Dockerfile").read_text()
    assert f"ORBIT_DATA={mounted['mountPath']}\n" in image
    assert "readOnly" not in mounted
    assert pod()["securityContext"]["fsGroup"] == pod()["securityContext"]["runAsGroup"]


def test_one_goes_at_a_time_and_the_new_one_comes_first():
    spec = found("Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    assert found("PodDisruptionBudget")["spec"]["maxUnavailable"] < spec["replicas"]


def test_everything_speaks_of_the_same_pods():
    labels = found("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        found("Deployment")["spec"]["selector"]["matchLabels"],
        found("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        found("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        found("Service")["spec"]["selector"],
    ]
    assert selectors == [selectors[0]] * 4
    assert selectors[0].items() <= labels.items()


def test_who_may_come_in_and_where_nodes_may_go():
    spec = found("NetworkPolicy")["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    (came,) = spec["ingress"]
    assert came["from"]
    assert came["ports"] == [{"port": "http"}]
    ports = {port["port"] for way in spec["egress"] for port in way["ports"]}
    assert ports == {53, 5432, 6379}


def test_what_is_for_operators_leads_to_nobody():
    (rule,) = found("Ingress")["spec"]["rules"]
    assert rule["host"] == "boards.example.org"
    led = {
        path["path"]: path["backend"]["service"]["name"]
        for path in rule["http"]["paths"]
    }
    nobody = "orbit-nobody"
    hidden = ("/metrics", "/health/status", "/console", "/api/v1/node")
    assert led == {"/": "orbit"} | dict.fromkeys(hidden, nobody)
    assert "selector" not in found("Service", nobody)["spec"]


def test_memory_is_bounded_and_the_loop_is_not_stopped():
    resources = container()["resources"]
    assert {*resources["limits"]} == {"memory"}
    assert {*resources["requests"]} == {"cpu", "memory"}


if __name__ == "__main__":
    RENDERED.write_text(render())
