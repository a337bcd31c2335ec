"""
Ten pairs of versions, each with the marks that an editor made by hand.

`removed` and `added` are the words that the editor marked, in the order of the text; `kinds` is how
the paragraphs belong together, `moved` how those begin that moved. Every other word is the same:
from that the share of the same words is counted.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Versions:
    """Two versions of a text, and the marks between them."""

    name: str
    a: str
    b: str
    removed: str
    """Words with spaces between; in scripts without spaces characters."""
    added: str
    kinds: str
    moved: tuple[str, ...] = ()


FRENCH = Versions(
    "agence-fr",
    """Séisme en Turquie : au moins 120 blessés

Un séisme de magnitude 5,8 a secoué mardi l'ouest de la Turquie, faisant 120 blessés.

La secousse a été ressentie à Istanbul, à 200 kilomètres de l'épicentre. Des habitants ont fui.

Le ministre de l'Intérieur s'est rendu sur place. Il a promis une aide aux familles touchées.

« Nous avons eu très peur, les murs ont tremblé longtemps », a raconté une habitante de Bursa.

Les écoles resteront fermées jusqu'à vendredi dans trois provinces, selon le gouverneur.
""",
    """Séisme en Turquie : au moins 135 blessés

« Nous avons eu très peur, les murs ont tremblé longtemps », a raconté une habitante de Bursa.

Un séisme de magnitude 5,9 a secoué mardi l'ouest de la Turquie, faisant 135 blessés.

La secousse a été ressentie à Istanbul, à 200 kilomètres de l'épicentre. Des habitants ont fui. \
Le ministre de l'Intérieur s'est rendu sur place. Il a promis une aide aux familles touchées.

Une réplique de magnitude 4,1 a suivi dans la nuit.

Les écoles resteront fermées jusqu'à lundi dans trois provinces, selon le gouverneur.
""",
    "120 5,8 120 vendredi",
    "135 5,9 135 Une réplique de magnitude 4,1 a suivi dans la nuit lundi",
    "changed moved changed merged left added changed",
    ("« Nous avons",),
)

ENGLISH = Versions(
    "agency-en",
    """The council approved a budget of $4.5 million on Monday, with 12 votes against 9.

The mayor said the money would be spent on roads and on two new schools. Work begins in March.

Opponents had asked for a delay of six months, which the council refused late in the evening.

A petition with 2,300 signatures was handed to the clerk before the session opened at noon.
""",
    """A petition with 2,350 signatures was handed to the clerk before the session opened at noon.

The council approved a budget of $4.7 million on Monday, with 12 votes against 9.

The mayor said the money would be spent on roads and on three new schools. Work begins in March.

Opponents had asked for a delay of six months, which the council refused late in the evening.
""",
    "2,300 4.5 two",
    "2,350 4.7 three",
    "moved changed changed equal left",
    ("A petition",),
)

GERMAN = Versions(
    "agentur-de",
    """Die Feuerwehr war mit 80 Kräften im Einsatz. Verletzt wurde bei dem Brand niemand.

Der Schaden wird auf 250.000 Euro geschätzt. Die Polizei ermittelt wegen Brandstiftung.
""",
    """Die Feuerwehr war mit 95 Kräften im Einsatz.

Verletzt wurde bei dem Brand niemand.

Der Schaden wird auf 300.000 Euro geschätzt. Die Polizei ermittelt wegen Brandstiftung.
""",
    "80 250.000",
    "95 300.000",
    "split changed",
)

ARABIC = Versions(
    "wakala-ar",
    """أعلنت السلطات أن زلزالا بقوة ٥٫٨ درجات ضرب غرب البلاد يوم الثلاثاء وأسفر عن إصابة ١٢٠ شخصا.

وقال وزير الداخلية إن فرق الإنقاذ وصلت إلى المنطقة في الصباح الباكر وبدأت البحث عن ناجين.

وأغلقت المدارس أبوابها في ثلاث محافظات حتى نهاية الأسبوع بقرار من حاكم الولاية.
""",
    """وقال وزير الداخلية إن فرق الإنقاذ وصلت إلى المنطقة في الصباح الباكر وبدأت البحث عن ناجين.

أعلنت السلطات أن زلزالا بقوة ٥٫٨ درجات ضرب غرب البلاد يوم الثلاثاء وأسفر عن إصابة ١٣٥ شخصا.

وأغلقت المدارس أبوابها في أربع محافظات حتى نهاية الأسبوع بقرار من حاكم الولاية.
""",
    "١٢٠ ثلاث",
    "١٣٥ أربع",
    "left equal moved changed",
    ("أعلنت",),
)

CHINESE = Versions(
    "tongxun-zh",
    """据当地媒体报道，星期二上午在土耳其西部发生五点八级地震，造成一百二十人受伤。

内政部长已前往灾区指挥救援工作，并承诺向受灾家庭提供紧急援助。

三个省的学校将停课至星期五。
""",
    """据当地媒体报道，星期二上午在土耳其西部发生五点八级地震，造成一百三十人受伤。

内政部长已前往灾区指挥救援工作，并承诺向受灾家庭提供紧急援助。三个省的学校将停课至星期一。
""",
    "二 五",
    "三 一",
    "changed merged",
)

CONTRACT = Versions(
    "contract",
    """1. The Supplier shall deliver the goods within 30 days of the order at its own expense.

2. The Buyer shall pay the price within 14 days of receipt of a correct invoice.

3. Either party may end this contract with three months' notice in writing.

4. The Supplier is not liable for delays caused by war, strike or acts of government.
""",
    """1. The Supplier shall deliver the goods within 20 days of the order at its own expense.

2. The Buyer shall pay the price within 30 days of receipt of a correct invoice.

3. The Supplier is liable for delays caused by war, strike or acts of government.

4. Either party may end this contract with three months' notice in writing.
""",
    "30 14 4 not 3",
    "20 30 3 4",
    "changed changed moved changed left",
    ("3. The Supplier",),
)

README = Versions(
    "readme",
    """# Scales

A small tool that weighs files and folders.

## Install

Run `pip install scales` in a new environment. Python 3.9 or later is needed.

## Use

Give it a folder, and it prints the 10 largest files, with their sizes in bytes.
""",
    """# Scales

A small tool that weighs files and folders.

## Use

Give it a folder, and it prints the 20 largest files, with their sizes in bytes.

## Install

Run `pip install scales` in a new environment. Python 3.11 or later is needed.
""",
    "10 3.9",
    "20 3.11",
    "equal equal left left equal changed moved moved",
    ("## Install", "Run `pip"),
)

POEM = Versions(
    "poem",
    """The river does not ask the stone
how long it means to lie alone;
the stone has never told the stream
what it has seen there in its dream.

The heron stands upon one leg
and thinks of nothing but its egg;
the evening comes without a sound
and lays its blanket on the ground.
""",
    """The heron stands upon one leg
and thinks of nothing but its egg;
the evening comes without a sound
and lays its mantle on the ground.

The river does not ask the stone
how long it means to lie alone;
the stone has never told the stream
what it has seen there in its dream.
""",
    "blanket",
    "mantle",
    "moved moved moved moved equal equal equal equal left left left left",
    ("The heron", "and thinks", "the evening", "and lays"),
)

WRAPPED = Versions(
    "re-wrapped",
    """The members of the committee were in
agreement that the old harbour should
be restored before the winter storms
and that the money should be
borrowed from the savings bank.

The chairman added that a similar plan
had been rejected ten years before,
when the fishermen had asked for a
longer pier and a better crane.
""",
    """The members of the committee were in agreement that the old harbour should be restored before
the winter storms and that the money should be borrowed from the savings bank.

The chairman added that a similar plan had been rejected ten years before, when the fishermen had
asked for a longer pier and a better crane.
""",
    "",
    "",
    "equal equal",
)

SHUFFLED = Versions(
    "shuffled",
    """Alpha station reported a temperature of 21 degrees and light rain during the whole morning.

Bravo station was closed for repairs after the lightning struck its mast on the second of May.

Charlie station measured the strongest wind of the year, 118 kilometres an hour, at midnight.

Delta station sent no data at all since its batteries had been stolen by unknown persons.

Echo station saw fog from dawn to dusk, and its keeper wrote a poem about it in the log.
""",
    """Echo station saw fog from dawn to dusk, and its keeper wrote a song about it in the log.

Charlie station measured the strongest wind of the year, 121 kilometres an hour, at midnight.

Alpha station reported a temperature of 21 degrees and light rain during the whole morning.

Bravo station was closed for repairs after the lightning struck its mast on the second of May.

Delta station sent no data at all since its batteries had been stolen by unknown persons.
""",
    "poem 118",
    "song 121",
    "moved moved equal equal left equal left",
    ("Echo", "Charlie"),
)

ALL = (FRENCH, ENGLISH, GERMAN, ARABIC, CHINESE, CONTRACT, README, POEM, WRAPPED, SHUFFLED)
