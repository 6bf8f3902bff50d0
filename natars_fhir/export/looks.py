"""Looks: how things look that could name somebody, in Chinese and English texts; what `scrub` takes out.

Rather a word too much than one too few: any run of six digits goes, whatever it counts. GB 11643-1999 is the resident
number, of 18 characters and once of 15 digits; GB/T 2260 names provinces, cities and districts.
"""

from __future__ import annotations

import re
from re import Pattern

_CJK = r"\u3400-\u9fff\U00020000-\U0003134f"
_NUMERAL = "零〇○一二三四五六七八九十廿卅"
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易"
    "乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管"
)
_TITLES = "医生|医师|主任|副主任|教授|大夫|护士|护师|技师|先生|女士|小姐|同志|院长"
_LABELS = (
    "姓名|患者|病人|家属|联系人|签名|签字|签署|审核|复核|报告者|记录者|主刀|术者|助手|医生|医师|主治|护士|送检|"
    "name|patient|reported by|signed by|signed|physician|doctor|surgeon|contact|relative"
)
_NUMBERED = (
    "住院号|病案号|病历号|门诊号|就诊号|登记号|病理号|影像号|检查号|检验号|标本号|条码|床号|病床|医保号|社保号|证件号|"
    "身份证号?|护照号?|电话|手机|联系方式|编号|mrn|hospital no|record no|patient id|case no|bed|passport|"
    "id(?: card)?|no|tel|phone|mobile"
)
_HOUSE = r"\d+\s*(?:号楼|号院|号|弄|室|栋|幢|单元|楼|层)\s*"
_TIME = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+\-]\d\d:?\d\d)?"
_STREETS = "路|街|大道|大街|巷|胡同|弄|里|小区|花园|公寓|大厦"

#: (what it is called where it stood, how it looks), in the order in which they are looked for.
_LOOKS: tuple[tuple[str, str], ...] = (
    ("url", r"(?:https?|ftp|file)://[^\s，。；、）)]+|\bwww\.[^\s，。；、）)]+"),
    ("email", r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
    (
        "account",
        r"(?:微信|wechat|weixin|\bwx\b|\bvx\b|\bqq\b)\s*(?:号|id)?\s*[是为]?\s*[:：]?\s*[a-z0-9][\w\-]{3,}|wxid_\w+",
    ),
    # 二〇二四年三月五日, 三月五日; 2024年3月5日, 3月5日; 2024-03-05T08:30; 5 March 2024, March 5, 2024; 5/3/2024; 08:30
    ("date", rf"[{_NUMERAL}]{{2,4}}年(?:[{_NUMERAL}]{{1,3}}月)?(?:[{_NUMERAL}]{{1,3}}[日号])?"),
    ("date", rf"[{_NUMERAL}]{{1,3}}月[{_NUMERAL}]{{1,3}}[日号]"),
    ("date", r"\d{2,4}\s*年\s*(?:\d{1,2}\s*月\s*)?(?:\d{1,2}\s*[日号])?|\d{1,2}\s*月\s*\d{1,2}\s*[日号]?"),
    ("date", rf"(?<![\d.])(?:19|20)\d\d\s*[-–/.]\s*\d{{1,2}}(?:\s*[-–/.]\s*\d{{1,2}})?(?:[T ]{_TIME})?(?!\d)"),
    ("date", rf"(?<!\d)\d{{1,2}}[\s\-/.]*{_MONTHS}\.?[\s\-/.,]*\d{{2,4}}"),
    ("date", rf"\b{_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}"),
    ("date", r"(?<![\d./])\d{1,2}/\d{1,2}/\d{2,4}(?![\d/])"),
    ("time", r"(?<!\d)(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?!\d)"),
    ("number", rf"(?:{_NUMBERED})\s*(?:号码|号)?\s*[:：#.]?\s*(?=[\w\-]*\d)[a-z0-9][\w\-/]*"),
    ("number", r"(?<![\w.])第?\d+\s*(?:号?床|病床|病区|病室)|(?<![\w.])[a-z]?\d+\s*bed\b"),
    ("number", r"[a-z]{0,6}[\-_]?\d(?:[\s\-–—_./·]?\d){5,}x?[\w\-]*"),
    ("address", rf"[{_CJK}]{{2,9}}?(?:省|自治区|特别行政区|市|自治州|地区)[{_CJK}a-z0-9\-]*?(?:{_HOUSE})+"),
    ("address", rf"[{_CJK}]{{2,9}}?(?:省|自治区|市|自治州)(?:[{_CJK}]{{1,8}}?(?:市|区|县|旗|镇|乡|村|街道))+"),
    ("address", rf"[{_CJK}]{{2,10}}?(?:{_STREETS})\s*[甲乙丙]?\s*\d+[{_CJK}\d\-]*"),
    ("address", r"\b\d+\s+(?:[a-z]+\s+){1,4}(?:road|street|avenue|lane|rd|st|ave)\b\.?"),
    (
        "name",
        rf"(?:{_LABELS})(?:姓名|签名|签字)?\s*[:：]\s*(?:[{_CJK}·]{{2,8}}|[a-z][\w'\-.]*(?:\s+[a-z][\w'\-.]*){{0,3}})",
    ),
    ("name", rf"[{_SURNAMES}](?:[{_CJK}]{{0,2}}?|某+)(?={_TITLES})"),
    ("name", r"\b(?:dr|mr|mrs|ms|miss|prof)\b\.?\s+[a-z][\w'\-]+(?:\s+[a-z][\w'\-]+)?"),
    ("age", r"(?<!\d)(?:9\d|1[0-4]\d)[\s\-]*(?:岁|周岁|years?|yrs?|y/?o)"),
    ("age", r"(?:年龄|\bage[d]?\b)\s*[:：]?\s*(?:9\d|1[0-4]\d)(?!\d)"),
    ("age", r"(?:九十|一百)[零〇一二三四五六七八九十]{0,3}\s*(?:岁|周岁)"),
)

#: The same, compiled.
LOOKS: tuple[tuple[str, Pattern[str]], ...] = tuple(
    (called, re.compile(look, re.IGNORECASE)) for called, look in _LOOKS
)
