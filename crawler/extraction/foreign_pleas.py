"""Recognises the pleas of walls in languages other than English, by their first words. Pure."""

from __future__ import annotations

import re

FOREIGN_PLEA = re.compile(
    r"""^[^\w"'“‘«„]*+(?:
      (?:jetzt\s)?weiterlesen\s(?:mit|als|nach|im)\b
      |(?:sie\shaben|haben\ssie|du\shast|hast\sdu)\s(?:bereits|schon)\sein\s(?:\w+-)?(?:abo|konto)
      |(?:bereits|schon)\s(?:abonnent|registriert|kunde|mitglied)\w{0,5}\s?\?
      |(?:abonnieren|registrieren|melden)\ssie(?:\ssich)?(?:\san)?,?\s(?:jetzt,?\s)?um\b
      |bitte\s(?:melden\ssie\ssich\san|loggen\ssie\ssich\sein|aktivieren\ssie|registrieren\ssie\ssich)\b
      |(?:dieser|dieses|der|das)\s(?:ganze\s|vollständige\s)?(?:artikel|inhalt|text|beitrag)\s(?:ist\s)?
        (?:nur|exklusiv)\s(?:für|mit)\b
      |wir\s(?:und\sunsere\spartner\s)?(?:verwenden|nutzen|benötigen)\b.{0,80}\b(?:cookies|zustimmung)\b
      |(?:cet\sarticle|la\ssuite|ce\scontenu|la\slecture|article)\b.{0,30}\bréservée?s?\saux?\s(?:abonn|membres|inscrits)
      |il\svous\sreste\s\d{1,3}\s?%
      |(?:vous\sêtes\s)?déjà\s(?:abonn|inscrit|membre)\w{0,4}\s?\?
      |(?:abonnez|connectez|inscrivez|identifiez)-vous\b.{0,30}(?:\b(?:lire|suite|acc[ée]der|continuer|profiter)\b|$)
      |veuillez\s(?:activer|vous\s(?:connecter|identifier)|accepter)\b
      |nous\s(?:et\snos\spartenaires\s)?utilisons\sdes\s(?:cookies|traceurs)\b
      |(?:suscríbete|regístrate|inicia\ssesión|identifícate)\s(?:para|y)\b|inicia\ssesión\W*$
      |contenido\s(?:exclusivo|solo|reservado)\s(?:para|a)\b
      |ya\seres\s(?:suscriptora?|usuari[oa]|soci[oa])\b
      |(?:contenuto|articolo)\s(?:riservato|esclusivo)\s(?:agli|ai|per)\b
      |(?:abbonati|accedi|registrati)\s(?:\w+\s)?per\b|sei\sgià\s(?:abbonato|registrato)\b
      |(?:dit|het)\s(?:hele\s)?artikel\s(?:is\s)?(?:alleen|exclusief)\s(?:voor|toegankelijk)\b
      |(?:zaloguj|zarejestruj)\ssię,?\s(?:aby|żeby|i)\b|masz\sjuż\s(?:konto|prenumeratę)\b
      |(?:kup|wykup|odblokuj)\s(?:dostęp|prenumeratę|subskrypcję|artykuł)\b
      |(?:ten\s|dalsza\sczęść\s)?(?:artykuł|treść|artykułu)\s(?:jest\s)?(?:tylko|dostępn[ay])\s(?:dla|tylko|po)\b
      |logga\sin\s(?:för|och)\b|bli\sprenumerant\b|redan\s(?:prenumerant|kund)\s?\?
      |(?:den\shär\s)?(?:artikeln|läsningen)\s(?:är\s)?(?:endast\s|bara\s|exklusiv\s)?för\s(?:våra\s)?prenumeranter
      |(?:log|logg)\s(?:ind|inn)\s(?:for|og)\b|bliv?\sabonn?ent\b
      |(?:er\sdu|allerede)\s(?:allerede\s)?(?:abonn?ent|kunde)\s?\?
      |(?:denne\s)?artik(?:ke)?l(?:en)?\s(?:er\s)?(?:kun\s|bare\s|forbeholdt\s)?(?:for\s)?(?:vore\s|våre\s)?abonn?enter
      |(?:este\s)?(?:conteúdo|artigo)\s(?:é\s)?(?:exclusivo|reservado|só)\s(?:para|a|aos)\b
      |(?:inicie\ssessão|assine|registe-se|cadastre-se|faça\slogin)\s(?:\w+\s)?(?:para|ou|e)\b|já\sé\sassinante\b
      |(?:kirjaudu\ssisään|tilaa|rekisteröidy)\s(?:ja|lukeaksesi|jatkaaksesi)\b|oletko\sjo\stilaaja\b
      |(?:přihlaste\sse|předplaťte\ssi|přihlásit\sse)\b.{0,30}(?:abyste|článek|číst|$)
      |(?:tento\s)?(?:článek|obsah)\s(?:je\s)?(?:pouze\s|jen\s|určen\s)?pro\s(?:naše\s)?předplatitele
      |log\s?in\som\b|word\s(?:nu\s)?(?:abonnee|lid)\b|al\s(?:abonnee|lid|een\saccount)\s?\?
    )""",
    re.IGNORECASE | re.VERBOSE,
)
