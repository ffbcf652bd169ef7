"""A word for a country's own between a document's name and its number: `pasaporte español PAB152949`. Data and a pattern."""

from __future__ import annotations

import re
import unicodedata

_WORDS = (
    "british|uk|us|american|canadian|australian|irish|french|german|spanish|italian|dutch|portuguese|brazilian|polish|swedish|danish|norwegian|finnish|czech|greek|romanian|bulgarian|hungarian|ukrainian|russian|turkish|indian|chinese|japanese|korean|moroccan|mexican|argentinian|colombian|belgian|swiss|austrian|foreign|eu|national|"
    "deutscher?|deutsch|deutsches|österreichischer?|schweizer|französischer?|spanischer?|italienischer?|niederländischer?|portugiesischer?|polnischer?|türkischer?|britischer?|amerikanischer?|ukrainischer?|rumänischer?|griechischer?|syrischer?|indischer?|ausländischer?|"
    "française?|allemande?|espagnole?|italien(?:ne)?|néerlandais(?:e)?|portugais(?:e)?|belge|suisse|britannique|américain(?:e)?|polonais(?:e)?|roumain(?:e)?|marocain(?:e)?|algérien(?:ne)?|tunisien(?:ne)?|sénégalais(?:e)?|canadien(?:ne)?|étranger|étrangère|européen(?:ne)?|luxembourgeois(?:e)?|"
    "español(?:a)?|francés|francesa|alemán|alemana|italian[oa]|holandés|holandesa|portugués|portuguesa|mexican[oa]|argentin[oa]|colombian[oa]|peruan[oa]|chilen[oa]|venezolan[oa]|ecuatorian[oa]|bolivian[oa]|cuban[oa]|brasileñ[oa]|británic[oa]|estadounidense|marroquí|ruman[oa]|polac[oa]|ucranian[oa]|extranjer[oa]|europe[oa]|"
    "francese|tedesc[oa]|spagnol[oa]|portoghese|olandese|britannic[oa]|inglese|svizzer[oa]|austriac[oa]|rumen[oa]|polacc[oa]|albanese|marocchin[oa]|ucrain[oa]|cinese|indian[oa]|american[oa]|brasilian[oa]|stranier[oa]|"
    "nederlands|nederlandse|belgisch|belgische|duits|duitse|frans|franse|spaans|spaanse|italiaans|italiaanse|brits|britse|pools|poolse|turks|turkse|marokkaans|marokkaanse|portugees|portugese|surinaams|buitenlands|"
    "português|portuguesa|brasileir[oa]|espanhol(?:a)?|francês|francesa|alemão|alemã|italian[oa]|holandês|britânic[oa]|angolan[oa]|cabo-verdian[oa]|moçambican[oa]|ucranian[oa]|romen[oa]|estrangeir[oa]|"
    "uruguay[oa]|paraguay[oa]|dominican[oa]|guatemaltec[oa]|hondureñ[oa]|salvadoreñ[oa]|costarricense|panameñ[oa]|nicaragüense|puertorriqueñ[oa]|ivoirien(?:ne)?|camerounais(?:e)?|congolais(?:e)?|haïtien(?:ne)?|malien(?:ne)?|libanais(?:e)?|québécois(?:e)?|"
    "polski|niemiecki|ukraiński|svenskt?|norskt?|danskt?|finskt?|dansk|norsk|český|slovenský"
)
# people leave accents out
_PLAIN = "".join(c for c in unicodedata.normalize("NFD", _WORDS) if c < "\u0300" or c > "\u036f")
# behind a document's name, in brackets or not
BETWEEN = re.compile(rf"[ ]\(?(?:{_WORDS}|{_PLAIN})(?![^\W_])\)?", re.IGNORECASE)
