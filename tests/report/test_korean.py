"""Korean particles after every digit and after every way a syllable ends."""

import pytest

from gnomon.report.korean import PARTICLES, with_particles

# How the digits are read, from 0 on.
DIGITS = "영일이삼사오육칠팔구"


def by_syllable(syllable, particle):
    """The form after a syllable, by its last consonant: number 8 of the 28 is ㄹ, 0 is none."""
    after_consonant, after_vowel = PARTICLES[particle]
    final = (ord(syllable) - 0xAC00) % 28
    return after_vowel if final == 0 or (final == 8 and particle == "(으)로") else after_consonant


@pytest.mark.parametrize("particle", PARTICLES)
def test_after_digits_as_they_are_read(particle):
    """0.3 ends in 삼, 10 in 영: the last digit decides, also before a bracket."""
    for digit, syllable in enumerate(DIGITS):
        expected = by_syllable(syllable, particle)
        assert with_particles(f"값 0.{digit}{particle} 크다") == f"값 0.{digit}{expected} 크다"
        assert with_particles(f"(1{digit}){particle}") == f"(1{digit}){expected}"


@pytest.mark.parametrize("particle", PARTICLES)
def test_after_syllables(particle):
    """All 28 endings of a syllable."""
    for final in range(28):
        syllable = chr(0xAC00 + final)
        assert with_particles(f"{syllable}{particle}") == f"{syllable}{by_syllable(syllable, particle)}"


def test_by_hand():
    """As a Korean would write it."""
    assert with_particles("정확도이(가) 0.9(으)로, 재현율을(를) 0.81(으)로, 손실은(는) 0.3(으)로") == (
        "정확도가 0.9로, 재현율을 0.81로, 손실은 0.3으로"
    )
    assert with_particles("AUC은(는)") == "AUC은(는)"  # how it is read is not known
