"""Recordings as browsers leave them: measured, made seekable, salvaged, heard and looked at."""

import io
import random
import re
from pathlib import Path

import av
import numpy as np
import pytest

from codesight.adapters import media
from codesight.adapters.media import MediaError, MediaProblem
from tests.support.media import (
    RATE,
    Samples,
    grey_of_frame,
    recordings,
    webm_audio_only,
    webm_like_mediarecorder,
)

SECONDS, FPS = 40, 2


def tone(seconds: float) -> Samples:
    times = np.arange(round(seconds * RATE)) / RATE
    return (8000 * np.sin(2 * np.pi * 440 * times)).astype(np.int16)


@pytest.fixture
def recorded() -> Path:
    def make(path: Path) -> Path:
        return webm_like_mediarecorder(path, SECONDS, fps=FPS, sound=tone(SECONDS))

    return recordings().get("forty-seconds.webm", make)


@pytest.fixture
def narrated() -> Path:
    return recordings().get("narration.webm", lambda path: webm_audio_only(path, tone(7.5)))


def brightness(jpeg: bytes) -> float:
    with av.open(io.BytesIO(jpeg), "r") as picture:
        return float(next(picture.decode(video=0)).to_ndarray(format="gray").mean())


def test_a_recording_without_a_duration_is_measured_from_its_packets(recorded: Path) -> None:
    with av.open(str(recorded)) as raw:
        assert raw.duration is None  # as MediaRecorder writes it
    info = media.probe(recorded)
    assert info.duration_s == pytest.approx(SECONDS, abs=0.6)
    assert (info.has_video, info.has_audio, info.width, info.height) == (True, True, 640, 360)
    assert info.video_packets == SECONDS * FPS
    assert info.audio_packets == pytest.approx(SECONDS * 50, abs=3)
    assert (info.seekable, info.truncated, info.problem) == (False, False, None)


def test_an_audio_recording_has_no_picture_and_no_size(narrated: Path) -> None:
    info = media.probe(narrated)
    assert (info.has_video, info.has_audio, info.width, info.height) == (False, True, None, None)
    assert info.duration_s == pytest.approx(7.5, abs=0.05)


def test_a_remuxed_recording_has_a_duration_and_seeks_to_its_middle(recorded: Path, tmp_path: Path) -> None:
    info = media.remux(recorded, tmp_path / "seekable.webm")
    assert info.seekable
    assert info.duration_s == pytest.approx(SECONDS, abs=0.6)
    assert [path.name for path in tmp_path.iterdir()] == ["seekable.webm"]
    with av.open(str(tmp_path / "seekable.webm")) as copy:
        assert copy.duration == pytest.approx(SECONDS * av.time_base, abs=0.6 * av.time_base)
        copy.seek(20 * av.time_base, backward=True)
        landed = next(copy.decode(video=0)).time
    # A key frame comes every five seconds, so a real seek lands that close and never at the beginning.
    assert landed is not None
    assert 15 <= landed <= 20


def test_the_index_of_a_remuxed_recording_stands_before_its_content(recorded: Path, tmp_path: Path) -> None:
    media.remux(recorded, tmp_path / "seekable.webm")
    data = (tmp_path / "seekable.webm").read_bytes()
    # Both ids also stand in the table of contents, there behind 53ab84.
    cues = re.search(b"(?<!\x53\xab\x84)\x1c\x53\xbb\x6b", data)
    first_cluster = re.search(b"(?<!\x53\xab\x84)\x1f\x43\xb6\x75", data)
    assert cues
    assert first_cluster
    assert cues.start() < first_cluster.start()


def test_a_vp9_recording_can_be_remuxed_too(tmp_path: Path) -> None:
    source = webm_like_mediarecorder(tmp_path / "vp9.webm", 4, size=(320, 180), codec="libvpx-vp9")
    info = media.remux(source, tmp_path / "seekable.webm")
    assert (info.video_codec, info.seekable) == ("vp9", True)


@pytest.mark.parametrize("share", [0.35, 0.6, 0.97])
def test_a_truncated_recording_is_salvaged_up_to_its_cut_and_says_so(
    recorded: Path, tmp_path: Path, share: float
) -> None:
    whole = recorded.read_bytes()
    cut = tmp_path / "cut.webm"
    # Inside an Opus packet: the cut lands on a block's border only by chance, so take the byte before a
    # border.
    cut.write_bytes(whole[: whole.rindex(b"\xa3", 0, int(len(whole) * share)) + 2])
    info = media.remux(cut, tmp_path / "saved.webm")
    assert (info.truncated, info.problem) == (True, MediaProblem.TRUNCATED)
    assert 0.2 * SECONDS < info.duration_s < SECONDS
    saved = media.probe(tmp_path / "saved.webm")
    assert (saved.truncated, saved.seekable) == (False, True)
    assert saved.duration_s == pytest.approx(media.probe(cut).duration_s, abs=0.05)


def test_a_finished_file_cut_afterwards_is_truncated_too(recorded: Path, tmp_path: Path) -> None:
    media.remux(recorded, tmp_path / "whole.webm")
    whole = (tmp_path / "whole.webm").read_bytes()
    (tmp_path / "cut.webm").write_bytes(whole[: len(whole) // 2])
    info = media.probe(tmp_path / "cut.webm")
    assert info.truncated
    assert info.duration_s < SECONDS * 0.8


def test_two_recordings_in_one_file_are_noticed_and_the_first_is_kept(recorded: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.webm"
    both.write_bytes(recorded.read_bytes() * 2)
    info = media.remux(both, tmp_path / "saved.webm")
    assert info.problem is MediaProblem.CLOCK_RESTARTS
    assert info.duration_s == pytest.approx(SECONDS, abs=0.6)


def test_a_lost_piece_in_the_middle_is_noticed(recorded: Path, tmp_path: Path) -> None:
    data = bytearray(recorded.read_bytes())
    third = len(data) // 3
    data[third : 2 * third] = random.Random(1).randbytes(third)
    (tmp_path / "hole.webm").write_bytes(data)
    assert media.probe(tmp_path / "hole.webm").problem is not None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"These are the notes of my shopping trip.\n" * 200, "not_media"),
        (bytes(5000), "not_media"),
        (bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d"), "not_media"),
    ],
)
def test_what_is_no_recording_is_refused_with_its_own_code(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "file.webm").write_bytes(content)
    for read in (
        media.probe,
        media.audio_16k_mono,
        media.thumbnail,
        lambda path: media.remux(path, tmp_path / "out.webm"),
    ):
        with pytest.raises(MediaError) as refused:
            read(tmp_path / "file.webm")
        assert refused.value.code == code
    assert not (tmp_path / "out.webm").exists()


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as refused:
        media.probe(tmp_path / "nothing.webm")
    assert refused.value.code == "missing_file"


def test_a_header_with_nothing_behind_it_is_refused(recorded: Path, tmp_path: Path) -> None:
    whole = recorded.read_bytes()
    first_cluster = whole.index(bytes.fromhex("1f43b675"))
    for length in (40, 300, first_cluster, first_cluster + 20):
        (tmp_path / "head.webm").write_bytes(whole[:length])
        with pytest.raises(MediaError) as refused:
            media.probe(tmp_path / "head.webm")
        assert refused.value.code in {"not_media", "no_content"}


def test_no_cut_at_all_makes_reading_fail_in_an_untyped_way(recorded: Path, tmp_path: Path) -> None:
    whole = recorded.read_bytes()
    chance = random.Random(7)
    for _ in range(40):
        (tmp_path / "cut.webm").write_bytes(whole[: chance.randrange(1, len(whole))])
        try:
            info = media.remux(tmp_path / "cut.webm", tmp_path / "saved.webm")
        except MediaError:
            continue
        assert info.duration_s <= SECONDS + 0.6


def test_a_codec_that_webm_does_not_know_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "old.avi"), "w") as target:
        stream = target.add_stream("mjpeg", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    with pytest.raises(MediaError) as refused:
        media.remux(tmp_path / "old.avi", tmp_path / "out.webm")
    assert refused.value.code == "unsupported_codec"
    assert [path.name for path in tmp_path.iterdir()] == ["old.avi"]


def test_a_place_that_cannot_be_written_to_is_a_typed_error(recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(MediaError) as refused:
        media.remux(recorded, tmp_path / "no-such-folder" / "out.webm")
    assert refused.value.code == "write_failed"


def test_a_copy_that_cannot_be_put_in_place_is_taken_away_again(recorded: Path, tmp_path: Path) -> None:
    (tmp_path / "out.webm").mkdir()
    with pytest.raises(MediaError) as refused:
        media.remux(recorded, tmp_path / "out.webm")
    assert refused.value.code == "write_failed"
    assert [path.name for path in tmp_path.iterdir()] == ["out.webm"]


def test_sound_comes_as_16_khz_mono_with_its_length_and_pitch(narrated: Path) -> None:
    samples = media.audio_16k_mono(narrated)
    assert samples.dtype == np.int16
    assert len(samples) / media.SAMPLE_RATE == pytest.approx(7.5, abs=0.05)
    second = samples[RATE : 2 * RATE].astype(float)
    assert int(np.argmax(np.abs(np.fft.rfft(second)))) == pytest.approx(440, abs=1)


def test_sound_in_chunks_is_the_same_sound(narrated: Path) -> None:
    chunks = list(media.audio_chunks(narrated, chunk_s=2.0))
    assert [len(chunk) for chunk in chunks[:-1]] == [2 * RATE] * (len(chunks) - 1)
    assert np.array_equal(np.concatenate(chunks), media.audio_16k_mono(narrated))


def test_a_silent_film_has_no_sound_to_give(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "film.webm"), "w", format="webm") as target:
        stream = target.add_stream("libvpx", rate=2)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        target.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        target.mux(stream.encode(None))
    assert not media.probe(tmp_path / "film.webm").has_audio
    with pytest.raises(MediaError) as refused:
        media.audio_16k_mono(tmp_path / "film.webm")
    assert refused.value.code == "no_audio"


@pytest.mark.parametrize(("t_s", "frame"), [(-3.0, 0), (0.0, 0), (12.3, 24), (30.0, 60), (9999.0, 79)])
def test_the_picture_at_a_time_is_what_was_on_screen_then(
    recorded: Path, tmp_path: Path, t_s: float, frame: int
) -> None:
    media.remux(recorded, tmp_path / "seekable.webm")
    for path in (recorded, tmp_path / "seekable.webm"):
        jpeg = media.frame_at(path, t_s)
        assert jpeg.startswith(b"\xff\xd8\xff")
        assert brightness(jpeg) == pytest.approx(grey_of_frame(frame), abs=2)


def test_a_thumbnail_is_small_and_keeps_the_shape(recorded: Path) -> None:
    with av.open(io.BytesIO(media.thumbnail(recorded, width=320))) as picture:
        assert (picture.streams.video[0].width, picture.streams.video[0].height) == (320, 180)


def test_narration_alone_has_no_picture_to_show(narrated: Path) -> None:
    with pytest.raises(MediaError) as refused:
        media.frame_at(narrated, 1.0)
    assert refused.value.code == "no_video"
