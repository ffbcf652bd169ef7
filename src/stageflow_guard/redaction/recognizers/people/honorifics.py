"""Names beside an honorific in scripts that know no capitals: 様, 님, 先生, السيد, श्री. Pure.

Where a word of the trade takes the honorific too (お客様, 고객님), what a name looks like decides:
a family name that many people have, and the length of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stageflow_guard.redaction.recognizers.anchors import present
from stageflow_guard.redaction.recognizers.hit import Hit
from stageflow_guard.redaction.recognizers.phrases import unspaced

_HAN = r"[\u3400-\u4dbf\u4e00-\u9fff々]"
_KANA = r"[\u30a1-\u30fa\u30fc]"
# no name ends so before 様: 仕様 is a specification, 取引先様 a firm
_NO_SAMA = "仕模同多一異有各客皆神王奥姫殿上這文図態先者社方部課員族主店名院校局町村市区県国御何誰"
# family names that end so all the same
_SURNAMES = "|".join(["木村", "中村", "田村", "西村", "北村", "野村", "上村", "松村", "今村", "川村", "河村", "岡村", "奥村", "吉村", "志村", "植村", "下村", "津村", "沢村", "澤村", "三村", "山村", "藤村", "島村", "有村", "竹村", "武村", "高村", "戸村", "市村", "飯村", "稲村", "杉村", "谷村", "辻村", "井上", "村上", "川上", "池上", "三上", "野上", "坂上", "水上", "最上", "田上", "石上", "尾上", "山上", "河上", "阿部", "安部", "渡部", "服部", "長谷部", "矢部", "磯部", "岡部", "園部", "曽我部", "日下部", "綾部", "刑部", "大町", "小町", "古市", "高市", "今市", "武市", "三国", "小国", "緒方", "土方", "行方", "棟方", "椎名", "川名", "桑名", "古館", "大館", "本多", "喜多", "波多", "相模", "天神", "小野寺", "庄司", "国分"])  # fmt: skip
CHINESE_SURNAMES = "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文"
_KOREAN = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민류나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용"
_ARABIC = r"[\u0621-\u064a\u064b-\u0652\u0670\u0671]"
_DEVANAGARI = r"[\u0900-\u0963\u0970-\u097f]"
_HEBREW = r"[\u0590-\u05ea]"

_PATTERNS: tuple[re.Pattern[str], ...] = (
    # 田中太郎様, 佐藤さん, スミス氏
    re.compile(
        rf"(?<!{_HAN})(?<!お)(?<!ご)({_HAN}{{1,4}}[ \u3000]?{_HAN}{{1,3}}(?<![{_NO_SAMA}])|(?:{_SURNAMES})|{_HAN}{{2,4}}一|(?<!{_KANA}){_KANA}{{2,10}}(?:[ \u3000・]{_KANA}{{2,10}})?)[ \u3000]?(?:様(?![々子相式])|さま|殿(?!下)|さん(?=[、。！のにはがをとへでもか\s,!]|$)|氏(?![名族]))"
    ),
    # 大久保と申します
    re.compile(
        rf"(?<!{_HAN})(?<!{_KANA})({_HAN}{{1,4}}(?:[ \u3000]{_HAN}{{1,3}})?|{_KANA}{{2,10}}(?:[ \u3000・]{_KANA}{{2,10}})?)(?=と(?:申|いいま|言いま))"
    ),
    # 안녕하세요 박서준입니다
    re.compile(
        rf"(?:안녕하세요|안녕하십니까|여보세요|저는|전)[,.!]?[ ](?:저는[ ])?([{_KOREAN}][가-힣]{{2}})(?=입니다|인데요|이라고|라고|예요|이에요|이고)"
    ),
    # 王小明先生, 张女士
    re.compile(
        rf"((?:[{CHINESE_SURNAMES}]|欧阳|司马|上官|诸葛){_HAN}{{0,2}}?)(?:先生|女士|小姐|老师|老師|经理|經理|医生|醫生|同学|同學|教授|主任|律师|律師|太太)"
    ),
    # 박서연님, 김민준 씨
    re.compile(
        rf"(?<![가-힣])((?:[{_KOREAN}][가-힣]{{2}}|(?:황보|남궁|제갈|사공|선우|서문|독고|동방)[가-힣]{{1,2}})(?<!자))[ ]?(?:님|씨(?![가-힣]*앗)|고객님|회원님|선생님|교수님|팀장님|과장님|대리님|부장님|차장님|대표님|환자분)(?=[^가-힣]|[이은의을께에과도]|$)"
    ),
    # السيد يوسف الحداد
    re.compile(
        rf"(?<!{_ARABIC})(?:السيدة|السيد|الدكتورة|الدكتور|الأستاذة|الأستاذ|الآنسة|المهندسة|المهندس|الشيخ)[ ]/?[ ]?"
        rf"(?!(?:الرئيس|الوزير|المدير|القاضي|السفير|رئيس|مدير|وزير|المحترم)(?!{_ARABIC}))({_ARABIC}{{2,}}(?:[ ](?:بن|ابن|أبو|عبد|آل)[ ]{_ARABIC}{{2,}})?(?:[ ](?!المحترم)ال{_ARABIC}{{2,}}|[ ](?!المحترم|على|إلى|الذي|التي|يرجى|لقد|كما|أن){_ARABIC}{{3,}}(?=[\s]*[،,.:؛!؟\n]|[ ](?:المحترم|على|إلى|في|من|عن)|$))?)"
    ),
    # श्री राजेश कुमार को
    re.compile(
        rf"(?<!{_DEVANAGARI})(?:श्रीमती|श्री|सुश्री|डॉ|कुमारी|प्रो)\.?[ ](?!(?:गणेश|कृष्ण|राम|हरि)(?!{_DEVANAGARI}))({_DEVANAGARI}{{2,}}(?:[ ](?!(?:को|से|का|की|के|ने|है|हैं|और|जी|में|पर|द्वारा)(?!{_DEVANAGARI})){_DEVANAGARI}{{2,}}){{0,2}})"
    ),
    # ד"ר יוסי כהן
    re.compile(
        rf"(?<!{_HEBREW})(?:ד[\"״]ר|פרופ['׳]|גב['׳]|מר|עו[\"״]ד)[ ]({_HEBREW}{{2,}}(?:[ -]{_HEBREW}{{2,}})?)"
    ),
)  # fmt: skip
# what stands beside a name, by pattern
_SIGNS = (
    ("様", "さま", "さん", "殿", "氏"),
    ("と申", "といいま", "と言いま"),
    ("안녕하", "여보세요", "저는", "전 "),
    ("先生", "女士", "小姐", "老师", "老師", "经理", "經理", "医生", "醫生", "同学", "同學", "教授", "主任", "律师", "律師", "太太"),
    ("님", "씨", "환자분"),
    ("السيد", "الدكتور", "الأستاذ", "الآنسة", "المهندس", "الشيخ"),
    ("श्री", "सुश्री", "डॉ", "कुमारी", "प्रो"),
    ("ד", "פרופ", "גב", "מר", "עו"),
)  # fmt: skip


def beside(text: str) -> Iterator[Hit]:
    """Yield the names beside such honorifics, without them."""
    if not unspaced(text):
        return
    for signs, pattern in zip(_SIGNS, _PATTERNS, strict=True):
        for match in pattern.finditer(text) if present(text, signs) else ():
            yield Hit(*match.span(1), "PERSON", 0.45, "name, title", "label title")
