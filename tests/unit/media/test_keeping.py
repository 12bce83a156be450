"""Files of plugins: whole or not there, and never outside their folder."""

import pytest

from core.kernel.errors import InvariantError, NotFound
from core.media.keeping import Files


def test_a_file_is_kept_found_replaced_and_removed(tmp_path):
    files = Files.of(tmp_path, "poster")
    assert list(files.names()) == []
    files.keep("ab/ab12.jpg", b"one")
    files.keep("ab/ab12.jpg", b"two")
    assert files.path("ab/ab12.jpg").read_bytes() == b"two"
    assert files.path("ab/ab12.jpg").is_relative_to(tmp_path / "plugins" / "poster")
    assert list(files.names()) == ["ab/ab12.jpg"]
    files.remove("ab/ab12.jpg")
    files.remove("ab/ab12.jpg")
    assert not files.has("ab/ab12.jpg")
    with pytest.raises(NotFound):
        files.path("ab/ab12.jpg")


def test_plugins_do_not_see_each_others_files(tmp_path):
    Files.of(tmp_path, "poster").keep("a.jpg", b"x")
    assert not Files.of(tmp_path, "other").has("a.jpg")


@pytest.mark.parametrize(
    "name", ["../a.jpg", "/etc/a.jpg", "a/../b.jpg", "a", "A.jpg", ".a.jpg", ""]
)
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    files = Files.of(tmp_path, "poster")
    with pytest.raises(InvariantError):
        files.keep(name, b"x")
    with pytest.raises(InvariantError):
        files.path(name)


def test_a_write_that_fails_leaves_nothing(tmp_path):
    files = Files.of(tmp_path, "poster")
    files.keep("a.jpg", b"old")
    with pytest.raises(TypeError):
        files.keep("a.jpg", "not bytes")
    assert files.path("a.jpg").read_bytes() == b"old"
    assert [path.name for path in files.folder.iterdir()] == ["a.jpg"]
