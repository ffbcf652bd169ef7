"""Policies from a ConfigMap, a git-sync checkout, a `current` link, a fresh volume."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import textwrap
from pathlib import Path

import pytest
import yaml

from stageflow_guard.errors import ConfigError
from stageflow_guard.model import AccessRequest
from stageflow_guard.policy import PolicySet
from stageflow_guard.policy.engine.rules import MODEL
from stageflow_guard.policy.engine.text import pinned
from stageflow_guard.policy.live.watch import signature

ASKED = AccessRequest(sub="user:ada", ten="acme", own="acme", kind="stage", obj="p/s", act="run")
LINES = "g, user:ada, role:a, acme\np, role:a, acme, stage, p/s, run, {}\n"


def version(folder, effect):
    """Write a whole policy folder; return it."""
    tenant = folder / "tenants" / "acme"
    tenant.mkdir(parents=True)
    (folder / "model.conf").write_text(MODEL)
    (tenant / "policy.csv").write_text(LINES.format(effect))
    for one in (folder, *folder.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)
    return folder


def turn(link, target):
    """Point a link at another target at once, as kubelet and git-sync do."""
    fresh = link.with_name(f".{link.name}.tmp")
    fresh.symlink_to(target)
    os.replace(fresh, link)


def config_map(mount):
    """Lay out a ConfigMap volume: dated folders, `..data`, and a link per top-level name."""
    mount.mkdir(mode=0o755)
    mount.chmod(0o755)
    version(mount / "..2026_11_28_03_00", "allow")
    (mount / "..data").symlink_to("..2026_11_28_03_00")
    for name in ("model.conf", "tenants"):
        (mount / name).symlink_to(f"..data/{name}")
    return mount


def test_a_config_map_is_read_and_its_update_is_noticed(tmp_path):
    """`..data` is turned at once: one load sees one version, the watch sees the change."""
    mount = config_map(tmp_path / "policies")
    first, seen = PolicySet.load(mount), signature(mount)
    assert first.decide(ASKED).permitted and first.problems == ()
    version(mount / "..2026_11_28_04_00", "deny")
    turn(mount / "..data", "..2026_11_28_04_00")
    assert signature(mount) != seen
    second = PolicySet.load(mount, previous=first)
    assert second.decide(ASKED).reason == "explicit_deny" and second.problems == ()
    assert set(second.files()) == set(first.files())


@pytest.mark.parametrize("where", ["the folder itself", "a folder above it", "two links"])
def test_a_current_link_is_followed(tmp_path, where):
    """`current -> versions/7` and `/git/current/policies`: where it leads is read, and watched."""
    version(tmp_path / "versions" / "1" / "policies", "allow")
    version(tmp_path / "versions" / "2" / "policies", "deny")
    (tmp_path / "versions").chmod(0o755)
    link = tmp_path / "current"
    if where == "a folder above it":
        targets, path = ("versions/1", "versions/2"), link / "policies"
    else:
        targets, path = ("versions/1/policies", "versions/2/policies"), link
    link.symlink_to(targets[0])
    if where == "two links":
        (tmp_path / "outer").symlink_to("current")
        path = tmp_path / "outer"
    seen = signature(path)
    assert PolicySet.load(path).decide(ASKED).permitted
    turn(link, targets[1])
    assert signature(path) != seen
    assert PolicySet.load(path).decide(ASKED).reason == "explicit_deny"


def test_one_load_reads_one_version(tmp_path, monkeypatch):
    """The link is turned while a load is under way: nothing of the new version is mixed in."""
    mount = config_map(tmp_path / "policies")
    version(mount / "..next", "deny")
    from stageflow_guard.policy.engine import source

    read = source.read

    def turning(path, name):
        turn(mount / "..data", "..next")
        return read(path, name)

    monkeypatch.setattr(source, "read", turning)
    assert PolicySet.load(mount).decide(ASKED).permitted
    monkeypatch.undo()
    assert PolicySet.load(mount).decide(ASKED).reason == "explicit_deny"


def hostile_data(mount, tmp_path):
    version(tmp_path / "elsewhere", "allow")
    turn(mount / "..data", str(tmp_path / "elsewhere"))


HOSTILE = {
    "..data leads out of the volume": hostile_data,
    "..data leads nowhere": lambda mount, _: turn(mount / "..data", "..gone"),
    "..data leads to itself": lambda mount, _: turn(mount / "..data", "..data"),
    "a volume that all may write": lambda mount, _: mount.chmod(0o777),
    "a volume that its group may write": lambda mount, _: mount.chmod(0o775),
    "a version that all may write": lambda mount, _: (mount / "..2026_11_28_03_00").chmod(0o777),
}


@pytest.mark.parametrize("how", HOSTILE)
def test_a_link_that_others_may_turn_is_not_followed(tmp_path, how):
    """A door for who may write beside the link: refused, by name."""
    mount = config_map(tmp_path / "policies")
    HOSTILE[how](mount, tmp_path)
    with pytest.raises(ConfigError):
        PolicySet.load(mount)


def test_a_link_inside_a_version_is_not_followed(tmp_path):
    """Only what leads to the folder is resolved; a file below it is a plain file."""
    folder = version(tmp_path / "policies", "allow")
    (tmp_path / "policy.csv").write_text(LINES.format("allow"))
    (folder / "tenants" / "acme" / "policy.csv").unlink()
    (folder / "tenants" / "acme" / "policy.csv").symlink_to(tmp_path / "policy.csv")
    assert PolicySet.load(folder).decide(ASKED).reason == "tenant_policy_invalid"
    (folder / "model.conf").unlink()
    (folder / "model.conf").symlink_to(tmp_path / "policy.csv")
    with pytest.raises(ConfigError, match="plain file"):
        PolicySet.load(folder)


def test_a_link_of_another_user_is_not_followed(tmp_path):
    """In a sticky folder everyone may put a link; only the guard's own user and root count."""
    if os.geteuid() != 0:
        pytest.skip("only root makes a link for another user")
    version(tmp_path / "v", "allow")
    (tmp_path / "current").symlink_to("v")
    os.lchown(tmp_path / "current", 65534, 65534)
    with pytest.raises(ConfigError, match="another user"):
        PolicySet.load(tmp_path / "current")


def test_a_fresh_volume_has_a_lost_and_found(tmp_path):
    """An ext4 volume for tenants: the system's folder is no tenant and no problem."""
    folder = version(tmp_path / "policies", "allow")
    (folder / "lost+found").mkdir(mode=0o700)
    (folder / "tenants" / "lost+found").mkdir(mode=0o700)
    policies = PolicySet.load(folder)
    assert policies.problems == () and policies.tenants == ("acme",)
    assert pinned(folder) == folder.resolve()


MS_RDONLY, MS_REMOUNT = 1, 32


@pytest.fixture
def volume(tmp_path):
    """A file system of its own, and a function that mounts it read-only, as kubelet does."""
    libc = ctypes.CDLL(None, use_errno=True)
    place = tmp_path / "volume"
    place.mkdir()
    if libc.mount(b"tmpfs", str(place).encode(), b"tmpfs", 0, None) != 0:
        pytest.skip("file systems cannot be mounted here")

    def read_only():
        flags = MS_REMOUNT | MS_RDONLY
        assert libc.mount(b"tmpfs", str(place).encode(), b"tmpfs", flags, None) == 0

    yield place, read_only
    libc.umount2(str(place).encode(), 2)


@pytest.mark.parametrize("kind", ["ConfigMap", "emptyDir"])
def test_fs_group_is_no_door_on_a_read_only_mount(volume, kind):
    """`fsGroup` makes every file group-writable: refused where that counts, read where it cannot."""
    place, read_only = volume
    folder = config_map(place / "p") if kind == "ConfigMap" else version(place / "p", "allow")
    for one in (folder, *folder.rglob("*")):
        if not one.is_symlink():
            one.chmod(0o2775 if one.is_dir() else 0o664)
    with pytest.raises(ConfigError, match="others may write|writable by others"):
        PolicySet.load(folder)
    read_only()
    assert PolicySet.load(folder).decide(ASKED).permitted


def test_what_all_may_write_is_refused_on_a_read_only_mount_too(volume):
    """Everyone's right is never needed: it says that a volume was laid out by mistake."""
    place, read_only = volume
    folder = version(place / "p", "allow")
    (folder / "model.conf").chmod(0o666)
    read_only()
    with pytest.raises(ConfigError, match="writable by others"):
        PolicySet.load(folder)
    shutil.copytree(folder, place.parent / "copy")


# -- the manifests of docs/how-to/kubernetes.md ----------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "kubernetes.md"


def manifests():
    """Return the page's indented blocks as YAML."""
    blocks = re.findall(r"(?:^    .*\n)+", PAGE.read_text(), re.MULTILINE)
    return [yaml.safe_load(textwrap.dedent(block)) for block in blocks]


def test_the_config_map_of_the_page_loads(tmp_path):
    """Its `items`, laid out as kubelet lays them out, are a policy folder."""
    (block,) = [m for m in manifests() if "configMap" in str(m)]
    volume = block["volumes"][0]["configMap"]
    contents = {
        "model.conf": MODEL, "acme.policy.csv": LINES.format("allow"),
        "suspended.csv": "# subject or tenant, reason, until\n",
    }  # fmt: skip
    mount = tmp_path / "policies"
    dated = mount / "..2026_11_28_03_00"
    for item in volume["items"]:
        path = dated / item["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(contents[item["key"]])
        path.chmod(volume["defaultMode"])
    for one in (mount, *(p for p in mount.rglob("*") if p.is_dir())):
        one.chmod(0o755)
    (mount / "..data").symlink_to(dated.name)
    for name in {item["path"].split("/")[0] for item in volume["items"]}:
        (mount / name).symlink_to(f"..data/{name}")
    policies = PolicySet.load(mount)
    assert policies.problems == () and policies.decide(ASKED).permitted


def test_the_page_mounts_policies_read_only_and_keys_for_their_owner():
    """What the rules rest on stands in the manifests."""
    mounts = [
        mount
        for block in manifests()
        for container in block.get("containers", ())
        if container["name"] == "app"
        for mount in container["volumeMounts"]
    ]
    assert mounts and all(mount["readOnly"] is True for mount in mounts)
    secrets = [v["secret"] for m in manifests() for v in m.get("volumes", ()) if "secret" in v]
    assert [one["defaultMode"] for one in secrets] == [0o400]


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o440, 0o444, 0o640])
def test_a_key_from_a_secret_is_its_owners_alone(tmp_path, mode):
    """`defaultMode: 0400` is read; what others may read is refused, by name and remedy."""
    from stageflow_guard.keys import FileKeyProvider

    FileKeyProvider(tmp_path / "k", create=True).key("vault")
    (tmp_path / "k" / "vault.key").chmod(mode)
    if mode in (0o400, 0o600):
        assert len(FileKeyProvider(tmp_path / "k").key("vault")) == 32
    else:
        with pytest.raises(ConfigError, match="chmod"):
            FileKeyProvider(tmp_path / "k").key("vault")
