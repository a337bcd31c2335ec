# ruff: noqa: E501 - a sentence stays on its line
"""Every script: a near-duplicate and a quoted passage are found, unrelated ones are not."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import pytest

from dedup import Settings, find

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.report import Report


class Sample(NamedTuple):
    """Sentences of one script: two that belong together, two others, and a small change."""

    first: str
    second: str
    other: str
    last: str
    change: tuple[str, str]
    """Of words in `second`."""


SAMPLES = {
    "Chinese": Sample(
        "市政府昨天宣布，位于老城区中心的图书馆将在明年春天重新开放，"
        "届时居民可以免费借阅图书、使用电脑，并参加每周举行的讲座",
        "修缮工程历时三年，耗资两千万元，新增了儿童阅览室和一个可以容纳二百人的报告厅",
        "渔民们说，今年的秋天来得特别晚，湖面上的水鸟比往年少了一半，连芦苇也没有完全变黄",
        "列车在凌晨两点驶过大桥，车厢里的乘客大多已经入睡，只有一个孩子趴在窗前数着远处的灯火",
        ("三年", "四年"),
    ),
    "Japanese": Sample(
        "市は昨日、旧市街の中心にある図書館を来年の春に再び開館すると発表し、"
        "住民は無料で本を借り、毎週開かれる講演会にも参加できるようになると説明した",
        "改修工事には三年の歳月と多額の費用がかかり、新しい児童室と二百人が入れる会議室が設けられた",
        "漁師たちによると、今年は秋の訪れがとても遅く、湖に集まる渡り鳥の数も例年の半分ほどしかいないという",
        "夜明け前の列車は静かに鉄橋を渡り、眠っている乗客の間で一人の少年だけが遠くの明かりを数えていた",
        ("多額の費用", "多くの予算"),
    ),
    "Thai": Sample(
        "เทศบาลประกาศเมื่อวานนี้ว่าห้องสมุดที่ตั้งอยู่ใจกลางเมืองเก่าจะเปิดให้บริการอีกครั้งในฤดูใบไม้ผลิปีหน้า"
        " โดยประชาชนสามารถยืมหนังสือได้โดยไม่เสียค่าใช้จ่าย",
        "การปรับปรุงใช้เวลาสามปีและใช้งบประมาณจำนวนมาก มีห้องอ่านหนังสือสำหรับเด็กและห้องประชุมขนาดใหญ่เพิ่มขึ้น",
        "ชาวประมงเล่าว่าปีนี้น้ำในทะเลสาบลดลงมาก นกที่เคยบินมาอาศัยในช่วงปลายปีก็มีจำนวนน้อยกว่าทุกปีที่ผ่านมา",
        "รถไฟแล่นข้ามสะพานตอนตีสอง ผู้โดยสารส่วนใหญ่หลับไปแล้ว เหลือเพียงเด็กชายคนหนึ่งที่นั่งมองแสงไฟอยู่ริมหน้าต่าง",
        ("สามปี", "สี่ปี"),
    ),
    "Khmer": Sample(
        "សាលាក្រុងបានប្រកាសកាលពីម្សិលមិញថាបណ្ណាល័យដែលស្ថិតនៅកណ្តាលទីក្រុងចាស់នឹងបើកដំណើរការឡើងវិញនៅឆ្នាំក្រោយ"
        " ហើយប្រជាពលរដ្ឋអាចខ្ចីសៀវភៅដោយមិនបង់ប្រាក់",
        "ការជួសជុលបានចំណាយពេលបីឆ្នាំនិងថវិកាជាច្រើន ដោយបានបន្ថែមបន្ទប់អានសម្រាប់កុមារនិងសាលប្រជុំធំមួយ",
        "អ្នកនេសាទនិយាយថាទឹកបឹងឆ្នាំនេះស្រកលឿនជាងធម្មតា ហើយសត្វស្លាបដែលធ្លាប់មករស់នៅទីនេះក៏មានចំនួនតិចជាងមុនដែរ",
        "រថភ្លើងបានឆ្លងកាត់ស្ពាននៅពេលយប់ជ្រៅ អ្នកដំណើរភាគច្រើនបានគេងលក់ មានតែក្មេងប្រុសម្នាក់ដែលកំពុងរាប់ពន្លឺភ្លើងនៅឆ្ងាយ",
        ("បីឆ្នាំ", "ប្រាំឆ្នាំ"),
    ),
    "Arabic": Sample(
        "أعلنت البلدية أمس أن المكتبة الواقعة في وسط المدينة القديمة ستفتح أبوابها من جديد في ربيع العام المقبل"
        " وسيتمكن السكان من استعارة الكتب مجانا وحضور المحاضرات الأسبوعية",
        "استغرقت أعمال الترميم ثلاث سنوات وأضيفت إلى المبنى قاعة جديدة للأطفال"
        " وأخرى للمؤتمرات تتسع لمئتي شخص",
        "يقول الصيادون إن الخريف تأخر كثيرا هذا العام وإن عدد الطيور المهاجرة"
        " على البحيرة لا يتجاوز نصف ما كان عليه من قبل",
        "عبر القطار الجسر في الثانية صباحا وكان معظم الركاب نائمين"
        " ما عدا طفلا صغيرا ظل يعد الأضواء البعيدة من خلف النافذة",
        ("ثلاث سنوات", "أربع سنوات"),
    ),
    "Hebrew": Sample(
        "העירייה הודיעה אתמול כי הספרייה השוכנת במרכז העיר העתיקה תיפתח מחדש באביב הבא"
        " והתושבים יוכלו לשאול ספרים ללא תשלום ולהשתתף בהרצאות שיתקיימו מדי שבוע",
        "עבודות השיפוץ נמשכו שלוש שנים ובמהלכן נוספו למבנה חדר קריאה לילדים"
        " ואולם כנסים המיועד למאתיים איש",
        "הדייגים מספרים שהסתיו איחר מאוד להגיע השנה ושמספר הציפורים הנודדות"
        " על שפת האגם ירד למחצית ממה שהיה בעבר",
        "הרכבת חצתה את הגשר בשתיים לפנות בוקר ורוב הנוסעים כבר ישנו"
        " מלבד ילד קטן אחד שספר את האורות הרחוקים מבעד לחלון",
        ("שלוש שנים", "ארבע שנים"),
    ),
    "Hindi": Sample(
        "नगर निगम ने कल घोषणा की कि पुराने शहर के बीच स्थित पुस्तकालय अगले वर्ष वसंत में फिर से खुलेगा"
        " और निवासी बिना किसी शुल्क के पुस्तकें उधार ले सकेंगे",
        "मरम्मत का काम तीन साल तक चला और भवन में बच्चों के लिए एक नया कमरा"
        " तथा दो सौ लोगों के लिए एक बड़ा सभागार जोड़ा गया",
        "मछुआरे बताते हैं कि इस बार शरद ऋतु बहुत देर से आई और झील पर आने वाले"
        " प्रवासी पक्षियों की संख्या पहले की तुलना में आधी रह गई है",
        "रेलगाड़ी रात के दो बजे पुल से गुज़री जब अधिकतर यात्री सो चुके थे"
        " और केवल एक बालक खिड़की के पास बैठा दूर की रोशनियाँ गिन रहा था",
        ("तीन साल", "चार साल"),
    ),
    "Korean": Sample(
        "시청은 어제 구시가지 중심에 있는 도서관이 내년 봄에 다시 문을 열 것이며 주민들은 무료로 책을 빌리고"
        " 매주 열리는 강연회에도 참석할 수 있게 될 것이라고 발표했다",
        "보수 공사는 삼 년 동안 이어졌고 건물에는 어린이 열람실과 이백 명이 들어갈 수 있는"
        " 회의실이 새로 마련되었다",
        "어부들은 올해 가을이 유난히 늦게 찾아왔고 호수로 날아오는 철새의 수도"
        " 예년의 절반에 지나지 않는다고 이야기한다",
        "기차는 새벽 두 시에 철교를 건넜고 승객들은 대부분 잠들어 있었으며"
        " 한 아이만 창가에 앉아 먼 불빛을 세고 있었다",
        ("삼 년", "사 년"),
    ),
    "Cyrillic": Sample(
        "Мэрия вчера объявила, что библиотека в самом центре старого города снова откроется весной следующего"
        " года и жители смогут бесплатно брать книги и посещать еженедельные лекции",
        "Ремонт продолжался три года, в здании появились детский читальный зал"
        " и помещение для конференций на двести человек",
        "Рыбаки рассказывают, что осень в этом году пришла необычно поздно, а перелётных птиц"
        " на озере стало вдвое меньше, чем прежде",
        "Поезд прошёл по мосту в два часа ночи, почти все пассажиры давно спали,"
        " и только один мальчик считал далёкие огни за окном",
        ("три года", "четыре года"),
    ),
    "Greek": Sample(
        "Ο δήμος ανακοίνωσε χθες ότι η βιβλιοθήκη στο κέντρο της παλιάς πόλης θα ανοίξει ξανά την επόμενη άνοιξη"
        " και οι κάτοικοι θα μπορούν να δανείζονται βιβλία δωρεάν",
        "Οι εργασίες διήρκεσαν τρία χρόνια και στο κτίριο προστέθηκαν ένα αναγνωστήριο για παιδιά"
        " και μια αίθουσα συνεδρίων για διακόσια άτομα",
        "Οι ψαράδες λένε πως το φθινόπωρο ήρθε φέτος πολύ αργά και πως τα αποδημητικά πουλιά"
        " στη λίμνη είναι τα μισά από όσα ήταν άλλοτε",
        "Το τρένο πέρασε τη γέφυρα στις δύο τη νύχτα, οι περισσότεροι επιβάτες κοιμόνταν"
        " και μόνο ένα αγόρι μετρούσε τα μακρινά φώτα από το παράθυρο",
        ("τρία χρόνια", "πέντε χρόνια"),
    ),
}
STOPS = {"Chinese": "。", "Japanese": "。", "Khmer": "។", "Hindi": "।"}


@pytest.fixture(params=SAMPLES)
def script(request: pytest.FixtureRequest) -> str:
    """Give the name of a script."""
    return str(request.param)


def prose(script: str, *sentences: str) -> str:
    """Write sentences as a paragraph, as the script does."""
    stop = STOPS.get(script, ".")
    between = "" if script in ("Chinese", "Japanese") else " "
    return between.join(sentence + stop for sentence in sentences)


def report(folder: Path, *texts: str) -> Report:
    """Compare texts."""
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return find(folder, Settings())


def test_a_near_duplicate_is_found(script: str, tmp_path: Path) -> None:
    """A paragraph in which words were changed matches, and stands in no other group."""
    sample = SAMPLES[script]
    changed = sample.second.replace(*sample.change)
    assert changed != sample.second
    (group,) = report(
        tmp_path,
        prose(script, sample.first, sample.second),
        prose(script, sample.first, changed) + "\n" + prose(script, sample.other),
    ).groups
    assert (group.kind, group.unit) == ("across", "block")
    assert group.copies[0].paragraphs == (1, 1)
    assert 0.9 < group.similarity < 1


def test_a_quoted_sentence_is_found(script: str, tmp_path: Path) -> None:
    """A sentence inside a paragraph of other sentences is a passage, exactly where it stands."""
    sample = SAMPLES[script]
    (group,) = report(
        tmp_path,
        prose(script, sample.first, sample.second),
        prose(script, sample.other, f"« {sample.first} »", sample.last),
    ).groups
    assert (group.kind, group.unit, group.similarity) == ("across", "passage", 1)
    assert group.keeper.text == group.copies[0].text == sample.first


def test_a_sentence_in_another_paragraph_is_found_though_it_was_edited(
    script: str, tmp_path: Path
) -> None:
    """The same with two sentences, one of which was changed."""
    sample = SAMPLES[script]
    changed = sample.second.replace(*sample.change)
    (group,) = report(
        tmp_path,
        "\n".join(prose(script, s) for s in (sample.first, sample.second)),
        prose(script, sample.other, sample.first, changed, sample.last),
    ).groups
    assert (group.kind, group.unit) == ("across", "passage")
    assert group.copies[0].text == prose(script, sample.first, changed)[:-1]
    assert 0.9 < group.similarity < 1


def test_unrelated_paragraphs_are_not_found(script: str, tmp_path: Path) -> None:
    """Other sentences of the same script share nothing."""
    sample = SAMPLES[script]
    texts = [sample.first, sample.second, sample.other, sample.last]
    assert report(tmp_path, *(prose(script, text) for text in texts)).groups == ()


OTHER = (
    "Les marchands de la vallée se sont plaints mardi du prix des transports et du manque de"
    " places pour leurs camions, dont beaucoup dorment maintenant devant les écoles"
)
WRITTEN = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "soft hyphens": lambda text: text.replace("li", "li\u00ad"),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero width": lambda text: text.replace(" ", " \u200b"),
    "curly quotes": lambda text: text.replace("'", "’"),
    "full width": lambda text: text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}),
    "capitals": str.upper,
}


@pytest.mark.parametrize("how", WRITTEN)
def test_the_way_of_writing_makes_no_difference(how: str, tmp_path: Path) -> None:
    """The same words in other code points are the same, in blocks and in passages."""
    first = (
        "L'équipe a découvert à l'été dernier, près de la forêt, une église oubliée dont les"
        " archives de la région ne disaient rien, pas même où elle s'élevait jadis"
    )
    second = (
        "Le maire espère que des bénévoles, réunis en association, aideront à la dégager et à la"
        " protéger avant l'arrivée de l'hiver et des premières neiges sur la vallée"
    )
    again = WRITTEN[how](first)
    assert again != first
    groups = report(
        tmp_path,
        f"{first}.\n{second}.",
        f"{again}.\nAilleurs il n'y a rien de tel à voir.",
        f"{OTHER}, et selon nos confrères « {again} », ce que nul ne conteste aujourd'hui.",
    ).groups
    assert [(g.unit, len(g.copies), g.similarity) for g in groups] == [
        ("block", 1, 1),
        ("passage", 1, 1),
    ]
    assert unicodedata.normalize("NFC", groups[1].copies[0].text.strip("\u200b")) in {
        again,
        unicodedata.normalize("NFC", again),
    }
