"""Scrub: free text without what could name somebody, each place marked with what stood there.

Two ways together: everything that the person's own resources say of names, numbers, addresses and telephones is looked
for as it stands; and patterns take what looks like such a thing. Rather a word too much than one too few: any run of
six digits goes, whatever it counts. GB 11643-1999 is the resident number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from re import Pattern

#: Shorter than this a name is looked for by patterns alone: single characters stand everywhere.
_SHORTEST = 2
_MARK = "[{}]"

_CJK = r"\u3400-\u9fff\U00020000-\U0003134f"
_DIGITS = r"\d(?:[\s\-–—_./·]?\d){5,}"
_NUMERAL = "零〇○一二三四五六七八九十廿卅"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易"
    "乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管"
)
_TITLES = "医生|医师|主任|副主任|教授|大夫|护士|护师|技师|先生|女士|小姐|同志|院长"
_LABELS = (
    "姓名|患者|病人|家属|联系人|签名|签字|签署|审核|复核|报告者|记录者|主刀|术者|助手|医生|医师|主治|护士|送检|诊断医生|"
    "name|patient|reported by|signed by|signed|physician|doctor|surgeon|contact|relative"
)
_NUMBERS = (
    "住院号|病案号|病历号|门诊号|就诊号|登记号|病理号|影像号|检查号|检验号|标本号|条码|床号|病床|医保号|社保号|证件号|身份证号?|"
    "护照号?|电话|手机|联系方式|编号|mrn|hospital no|record no|patient id|case no|bed|passport|id(?: card)?|no|tel|phone|mobile"
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"

#: What is looked for, in this order: (what it is called where it stood, how it looks).
_PATTERNS: tuple[tuple[str, Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("url", r"(?:https?|ftp|file)://[^\s，。；、）)]+|\bwww\.[^\s，。；、）)]+"),
        ("email", r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
        ("wechat", r"(?:微信|wechat|weixin|\bwx\b|\bvx\b|\bqq\b)\s*(?:号|id)?\s*(?:是|为)?\s*[:：]?\s*[a-z0-9][\w\-]{3,}|wxid_\w+"),
        ("date", rf"[{_NUMERAL}]{{2,4}}年(?:[{_NUMERAL}]{{1,3}}月(?:[{_NUMERAL}]{{1,3}}[日号])?)?|[{_NUMERAL}]{{1,3}}月[{_NUMERAL}]{{1,3}}[日号]"),
        ("date", r"\d{2,4}\s*年\s*(?:\d{1,2}\s*月\s*(?:\d{1,2}\s*[日号]?)?)?|\d{1,2}\s*月\s*\d{1,2}\s*[日号]?"),
        ("date", r"(?<![\d.])(?:19|20)\d\d\s*[-–/.]\s*\d{1,2}(?:\s*[-–/.]\s*\d{1,2})?(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+\-]\d\d:?\d\d)?)?(?!\d)"),
        ("date", rf"(?<!\d)\d{{1,2}}[\s\-/.]*(?:{_MONTHS})[a-z]*\.?[\s\-/.,]*\d{{2,4}}|\b(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"),
        ("date", r"(?<![\d./])\d{1,2}[/]\d{1,2}[/]\d{2,4}(?![\d/])"),
        ("time", r"(?<!\d)(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?!\d)"),
        ("number", rf"(?:{_NUMBERS})\s*(?:号码|号)?\s*[:：#.]?\s*(?=[\w\-]*\d)[a-z0-9][\w\-/]*"),
        ("number", r"(?<![\w.])(?:第)?\d+\s*(?:号?床|病床|病区|病室)|(?<![\w.])[a-z]?\d+\s*bed\b"),
        ("number", r"(?<!\w)[a-z]{0,6}[\-_]?" + _DIGITS + r"[xX]?[\w\-]*"),
        ("address", rf"[{_CJK}]{{2,9}}?(?:省|自治区|特别行政区|市|自治州|地区)[{_CJK}A-Za-z0-9\-]*?(?:\d+\s*(?:号楼|号院|号|弄|室|栋|幢|单元|楼|层)\s*)+|[{_CJK}]{{2,9}}?(?:省|自治区|市|自治州)(?:[{_CJK}]{{1,8}}?(?:市|区|县|旗|镇|乡|村|街道))+"),
        ("address", rf"[{_CJK}]{{2,10}}?(?:路|街|大道|大街|巷|胡同|弄|里|小区|花园|公寓|大厦)\s*[甲乙丙]?\s*\d+[{_CJK}\d\-]*"),
        ("address", r"\b\d+\s+(?:[A-Z][\w]+\s+){1,4}(?:road|street|avenue|lane|rd|st|ave)\b\.?"),
        ("name", rf"(?:{_LABELS})(?:姓名|签名|签字)?\s*[:：]\s*(?:[{_CJK}·]{{2,8}}|[a-z][\w'\-.]*(?:\s+[a-z][\w'\-.]*){{0,3}})"),
        ("name", rf"[{_SURNAMES}](?:[{_CJK}]{{0,2}}?|某+)(?={_TITLES})"),
        ("name", r"\b(?:dr|mr|mrs|ms|miss|prof)\b\.?\s+[a-z][\w'\-]+(?:\s+[A-Z][\w'\-]+)?"),
        ("age", r"(?<!\d)(?:9\d|1[0-4]\d)\s*(?:岁|周岁|years?|yrs?|y/?o)"),
    )
)  # fmt: skip


def scrubber(known: Iterable[str]) -> Callable[[str], str]:
    """What takes names out of a text: those that are *known* of the person, and whatever looks like one."""
    said = {plain(one).strip() for one in known}
    names = sorted((one for one in said if len(one) >= _SHORTEST), key=lambda one: (-len(one), one))
    found = re.compile("|".join(_spaced(one) for one in names), re.IGNORECASE) if names else None

    def scrub(text: str) -> str:
        rest = plain(text)
        if found is not None:
            rest = found.sub(_MARK.format("name"), rest)
        for name, pattern in _PATTERNS:
            rest = pattern.sub(_MARK.format(name), rest)
        return rest

    return scrub


def plain(text: str) -> str:
    """In one spelling: full-width digits and letters as plain ones, and nothing that cannot be seen."""
    told = unicodedata.normalize("NFKC", text)
    return "".join(one for one in told if unicodedata.category(one) != "Cf")


def _spaced(name: str) -> str:
    """A name also where it is written with blanks or dots between its characters."""
    return r"[\s·.]*".join(re.escape(one) for one in re.sub(r"[\s·.]", "", name)) if not name.isascii() else re.escape(name)
