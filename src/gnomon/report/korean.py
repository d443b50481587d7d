"""Korean particles, whose form depends on how the word before them ends: 값이, 정확도가."""

from __future__ import annotations

import re

# After a consonant, after a vowel; and as a catalogue writes them where the word before is not known.
PARTICLES = {"은(는)": ("은", "는"), "이(가)": ("이", "가"), "을(를)": ("을", "를"), "과(와)": ("과", "와"),
             "(으)로": ("으로", "로")}  # fmt: skip
_OPEN = re.compile(rf"(?P<end>[가-힣0-9])(?P<said>[)\]]*)(?P<particle>{'|'.join(map(re.escape, PARTICLES))})")
FIRST, FINALS, RIEUL = ord("가"), 28, 8
# How the names of digits end: 영 일 이 삼 사 오 육 칠 팔 구; 일, 칠 and 팔 in ㄹ.
CONSONANT_DIGITS, RIEUL_DIGITS = "013678", "178"


def with_particles(text: str) -> str:
    """A sentence with the particles that fit; those after other letters stay open.

    >>> with_particles("정확도은(는) 0.5이(가) 아니라 값을(를) 결과(으)로, R²은(는)")
    '정확도는 0.5가 아니라 값을 결과로, R²은(는)'
    """
    return _OPEN.sub(lambda match: match["end"] + match["said"] + fitting(match["end"], match["particle"]), text)


def fitting(letter: str, particle: str) -> str:
    """The particle after a letter or digit."""
    if letter.isdigit():
        consonant, rieul = letter in CONSONANT_DIGITS, letter in RIEUL_DIGITS
    else:
        final = (ord(letter) - FIRST) % FINALS
        consonant, rieul = final > 0, final == RIEUL
    if particle == "(으)로" and rieul:
        consonant = False
    after_consonant, after_vowel = PARTICLES[particle]
    return after_consonant if consonant else after_vowel
