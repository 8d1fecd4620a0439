#!/usr/bin/env python3
"""realism_stats.py - measurable statistics of a live-stream chat log (stdlib + numpy only).

Input : JSONL, one message a line: {"t_seconds": float|null, "user": str, "text": str}
        optional: "session" (str; intervals never cross sessions), "emotes" (list of str, platform-labelled).
Usage : realism_stats.py LOG.jsonl [LOG2.jsonl ...]          table of metrics per log
        realism_stats.py --block 500 LOG...                  size-dependent metrics in 500-message blocks
        realism_stats.py --json out.json LOG...              also per-block values
        realism_stats.py --check SIM.jsonl --ref ref.json [--lang es]   pass/fail of SIM against reference ranges
        realism_stats.py --make-ref ref.json LOG...          build reference ranges (channel-balanced)
Size-dependent metrics (duplicates, distinct-n, Gini, ...) are ALWAYS computed on blocks of --block
messages and averaged, so logs of different length are comparable.
"""
import argparse, collections, json, math, os, random, re, sys, zlib
import numpy as np

BOTS = set("""nightbot streamelements streamlabs moobot fossabot wizebot sery_bot kofistreambot soundalerts
pokemoncommunitygame tangiabot blerp botrixoficial streamstickers commanderroot stay_hydrated_bot phantombot
coebot thefritzbot deepbot ankhbot cohhilitionbot xanbot hnlbot scorpbot twitchnotify jtv wzbot""".split())
# named emotes: Twitch globals (all years), BTTV/FFZ/7TV globals and very common shared ones
KNOWN = set("""Kappa PogChamp LUL KEKW OMEGALUL Pog PogU POGGERS PagMan PogO Poggers pog monkaS monkaW monkaGIGA monkaHmm
Sadge Copium COPIUM Hopium catJAM Jebaited BibleThump ResidentSleeper WutFace DansGame 4Head EleGiggle TriHard cmonBruh
FailFish Kreygasm SwiftRage NotLikeThis HeyGuys VoHiYo SeemsGood KappaPride KappaRoss KappaHD KappaClaus Keepo Kippa MingLee
PJSalt SMOrc FrankerZ BabyRage BlessRNG CoolStoryBob TwitchUnity bleedPurple SabaPing OpieOP GivePLZ TakeNRG TPFufun
CurseLit GlitchCat GlitchLit LuvHearts LuvSign LuvPeekL LuvPeekR PopCorn PixelBob StinkyCheese StinkyGlitch HolidayCookie
KomodoHype Squid1 Squid2 Squid3 Squid4 TheIlluminati ThunBeast UnSane VoteYea VoteNay YouDontSay BOP FBtouchdown CrreamAwk
CoolCat DoritosChip PartyTime PowerUpL PowerUpR SoonerLater RaccAttack OSFrog OSfrog PunOko TehePelo TearGlove InuyoFace
KonCha BegWan BigPhish ArgieB8 AsianGlow ArsonNoSexy HassaanChop HotPokket HumbleLife ItsBoshyTime KAPOW MVGame MorphinTime
NinjaGrumpy NomNom OhMyDog PRChase PanicVis PermaSmug PraiseIt RlyTho RuleFive ShazBotstix SmoocherZ StoneLightning
StrawBeary SuperVinlin TBAngel TF2John TTours TheTarFu TheThing TinyFace TooSpicy UncleNox WholeWheat YouWHY mcaT panicBasket
riPepperonis twitchRaid duDudu copyThis pastaThat imGlitch SSSsss RedCoat JKanStyle OptimizePrime BCWarrior GingerPower
MrDestructoid JonCarnage Mau5 FunRun FUNgineer BrokeBack PeoplesChamp GrammarKing SoBayed PipeHype BuddhaBar CorgiDerp
DendiFace ShadyLulu TwitchRPG TwitchLit CarlSmile QuadDamage BJBlazkowicz EntropyWins HSCheers HSWP DarkMode PurpleStar
ANELE DAESuppy DBstyle BloodTrail RalpherZ PunchTrees FreakinStinkin TheRinger RitzMitz Poooound KevinTurtle HassanChop
BatChest MercyWing1 MercyWing2 DinoDance PinkMercy ThankEgg ArigatoNas EarthDay PeteZaroll Dendi WTRuck BlargNaut DogFace
FeelsBadMan FeelsGoodMan FeelsStrongMan FeelsAmazingMan FeelsBirthdayMan FeelsRainMan FeelsOkayMan FeelsWeirdMan FeelsDankMan
widepeepoHappy widepeepoSad peepoHappy peepoSad peepoHey peepoLove peepoClap peepoT peepoG pepeD pepeL PepeHands PepeLaugh
PepegaAim Pepega PepoG pepoJS PepeJAM pepeJAM pepeMeltdown AYAYA Clap EZ HYPERS HYPERCLAP LULW OMEGADANCE Madge Okayge Okayeg
Prayge Susge Bedge Gladge Deadge Aware Clueless Despair Stare Surely Hmm HUH HUHH WHAT ICANT Classic BASED forsenE forsenCD
haHAA gachiGASM gachiHYPER gachiBASS ariW RareParrot SourPls AngelThump bUrself FireSpeed Zappa KKona KKomrade NaM SaltyCorn
VisLaud Hhhehehe ConcernDoge TriHardo Kapp WAYTOODANK weirdChamp WeirdChamp WeirdChamping Weirdge YEP NOPE NODDERS NOPERS
D: modCheck MODS AlienPls AlienDance blobDance ratJAM dogJAM vibePls vibe Jammies catKISS GIGACHAD Chatting Wokege xqcL xdd xddShrug
SAJ SadCat om omE uuh AAAA KEK LETSGO LETSGOO PauseChamp Pause FeelsLateMan forsenPls DonoWall Jigglin RIPBOZO bedge
OOOO OMEGAROLL docnotL Listening Pointless Looking Life Joel danse Cinema NAHH WICKED MALDING Sadeg catPls PETTHE CatBop
KEKWait KEKL KEKLEO KEKLMAO PepegaChat TrollDespair TROLL Concerned Waiting WAIT DIESOFCRINGE CAUGHT lookUp Nerd NERD NOTED
sadCat PopNemo PoroSad SUBprise TwitchSings TombRaid BangbooBounce LaundryBasket NewRecord Kappu MaxLOL ImTyping Shush RaidLeader
""".split()) - {'WHAT','WAIT','Life','vibe','om','Aware','Waiting','Looking','Listening','Stare','Classic','Pause','Surely','Despair','Hmm','Concerned','Chatting','NERD','Nerd','BASED','TROLL','AAAA','OOOO','HUH','YEP','NOPE','Cinema','Looking','bedge','Dendi'}
CAMEL_STOP = set("""youtube tiktok playstation mcdonalds mcdonald github javascript typescript powershell linkedin whatsapp
facebook iphone ipad macbook openai chatgpt deepmind visualstudio onedrive wifi bluetooth ebay paypal""".split())
PREFIX_EMOTE = re.compile(r'^[a-z0-9]{3,}(?:[A-Z][A-Za-z0-9]*)$')          # channelNameEmote, catJAM
CAMEL_EMOTE = re.compile(r'^[A-Z][a-z]+(?:[A-Z]+[a-z]*)+[0-9]?$')          # RareParrot, PepeLaugh
EMOTICON = re.compile(r"^(?:[:;=8xX]['`]?-?[)(DPpOo3|/\\\]\[*sScC]|<3+|\^_?\^|[oO]_[oO]|T_T|-_-|-\.-|:v|uwu|owo|[:;]'?[)(]+|\(:|D:)$")
EMOJI = re.compile('[\U0001F000-\U0001FAFF\u2600-\u27BF\u2B50\u2B55\u2764\u2665\u2190-\u21FF\u3030\u303D]')
INVIS = re.compile('[\U000E0000-\U000E007F\u200b\u200c\u200d\ufe0f\u2800\u034f]')
URL = re.compile(r'https?://\S+|\bwww\.\S+|\b[\w-]+\.(?:com|net|org|gg|tv|ly|be|io|es|cl|gle)(?:/\S*)?\b', re.I)
MENT = re.compile(r'(?:^|\s)@(\w{2,})')
CMD = re.compile(r'^!\w')
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
ELONG = re.compile(r'([^\W\d_])\1{2,}')
LAUGHWORD = re.compile(r'^(?:l+o+l+[sz]?|l+u+l+w?|lo+l+|lma+o+|lmf+a+o+|rofl|ro+fl|kek+w?|kekl|omegalul|icant|x+d+|equis ?de|jkjk|kk{2,}|w{4,}|mdr|ptdr|jsjs\w*|😂+|🤣+)$', re.I)
STOPRATE = 50
ABBR_ES = set('q k xq pq porq tmb tb tmbn x pa d bn wn weon wea ns nse nc ctm wey we pls porfa xfa dnd cmo xfavor aki toy ta tas tan vdd finde ntp grax gr'.split())

def is_emote(tok):
    if tok in KNOWN: return True
    if CAMEL_STOP & {tok.lower()}: return False
    return bool(PREFIX_EMOTE.match(tok) or CAMEL_EMOTE.match(tok))
def is_laugh(tok):
    t = tok.lower().strip('.,!¡?¿*"')
    if len(t) < 2: return False
    if LAUGHWORD.match(t): return True
    s = set(t)
    if len(t) >= 3 and s <= set('jaeioush') and t.count('j') >= 2 and len(s) <= 4: return True
    if len(t) >= 4 and s <= set('haei') and t.count('h') >= 2: return True
    return False
HOME = set('asdfghjklñ')
def is_smash(tok):
    t = tok.lower()
    if len(t) < 6 or not t.isalpha(): return False
    v = sum(c in 'aeiouáéíóúy' for c in t) / len(t)
    home = sum(c in HOME for c in t) / len(t)
    return len(t) >= 7 and home >= (.7 if len(t) >= 10 else .8) and v <= .36 and len(set(t)) >= 3 and not ELONG.search(t) and not is_laugh(t)

def norm(text):
    t = INVIS.sub('', text).casefold()
    return re.sub(r'\s+', ' ', t).strip()

def features(m, names=frozenset()):
    """per-message feature dict; names = lower-cased user names of the log (never counted as emotes)"""
    raw = m['text']; text = INVIS.sub('', raw).strip()
    toks = text.split(); lab = set(m.get('emotes') or ())
    em = [t for t in toks if t in lab or (is_emote(t) and t.lower() not in names)]
    ico = [t for t in toks if EMOTICON.match(t) and t not in em]
    ej = len(EMOJI.findall(text))
    vis = set(em) | set(ico)
    rest = [t for t in toks if t not in vis]
    resttxt = EMOJI.sub('', ' '.join(rest)).strip()
    url = bool(URL.search(text)); ment = MENT.findall(text); cmd = bool(CMD.match(text))
    core = URL.sub(' ', re.sub(r'@\w+', ' ', resttxt))
    words = WORD.findall(core); letters = ''.join(words)
    lau = [t for t in rest if is_laugh(t)]; sm = [t for t in rest if is_smash(t)]
    nl = [t for t in WORD.findall(core) if not is_laugh(t)]
    first = next((c for c in core if c.isalpha()), '')
    end = core.rstrip()
    f = dict(chars=len(text), words=len(toks), nwords=len(words),
        emote=len(em) > 0, n_emote=len(em), emote_only=len(em) > 0 and not resttxt and not ico,
        visual=bool(em or ico or ej), visual_only=bool(em or ico or ej) and not resttxt, emoji=ej > 0,
        question='?' in URL.sub('', text), inv_q='¿' in text, mention=bool(ment), cmd=cmd, url=url,
        caps=len(letters) >= 4 and letters.isupper(), elong=any(ELONG.search(t) for t in nl),
        multipunct=bool(re.search(r'[!?¡¿]{2,}', text)), laugh=bool(lau or sm) or '😂' in text or '🤣' in text
            or any(LAUGHWORD.match(t) for t in em), smash=bool(sm),
        exclam='!' in text and not cmd, digit=any(c.isdigit() for c in core),
        multi=len(words) >= 2, cap_init=bool(first) and first.isupper() and not letters.isupper(),
        period=end.endswith('.') and not end.endswith('..'), ellipsis='..' in text or '…' in text,
        comma=',' in core, accent=bool(re.search('[áéíóúÁÉÍÓÚ]', core)), abbr=any(w.lower() in ABBR_ES for w in words),
        ment_to=[x.lower() for x in ment], vocab=[w.lower() for w in words], norm=norm(raw))
    f['react'] = f['visual_only'] or (f['words'] <= 2 and (f['laugh'] or f['caps'] or f['elong']))
    return f

def load(path, keep_bots=False):
    rows = []
    with open(path, encoding='utf-8') as log: read = log.readlines()
    for l in read:
        l = l.strip()
        if not l: continue
        m = json.loads(l)
        if not m.get('text') or not str(m['text']).strip(): continue
        if not keep_bots and (m.get('user') or '').lower() in BOTS: continue
        m['text'] = str(m['text']); m['user'] = (m.get('user') or ''); rows.append(m)
    return rows

def gini(c):
    c = np.sort(np.asarray(c, float)); n = len(c)
    return float((2*np.arange(1, n+1) - n - 1).dot(c) / (n*c.sum())) if n and c.sum() else float('nan')
def icc1(groups):
    """one-way random ICC(1) for unequal groups; share of variance explained by who speaks"""
    g = [np.asarray(x, float) for x in groups if len(x) >= 3]
    if len(g) < 5: return float('nan')
    k = len(g); ns = np.array([len(x) for x in g]); N = ns.sum(); allv = np.concatenate(g)
    if allv.var() == 0: return float('nan')
    gm = allv.mean(); ssb = sum(len(x)*(x.mean()-gm)**2 for x in g); ssw = sum(((x-x.mean())**2).sum() for x in g)
    msb = ssb/(k-1); msw = ssw/(N-k); n0 = (N - (ns**2).sum()/N)/(k-1)
    return float((msb-msw)/(msb+(n0-1)*msw)) if msb+(n0-1)*msw else float('nan')
def spearman(a, b):
    def r(x):
        o = np.argsort(x, kind='mergesort'); rk = np.empty(len(x)); rk[o] = np.arange(len(x))
        x = np.asarray(x)[o]; i = 0
        while i < len(x):
            j = i
            while j+1 < len(x) and x[j+1] == x[i]: j += 1
            rk[o[i:j+1]] = (i+j)/2; i = j+1
        return rk
    a, b = r(a), r(b)
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else float('nan')

def hawkes(t, betas=(.05, .1, .2, .5, 1., 2.)):
    """exponential-kernel Hawkes by EM at fixed decay; returns branching ratio n, decay b, log-lik gain/event over Poisson"""
    t = np.asarray(t, float); t = t - t[0]; T = t[-1]; N = len(t)
    if N < 50 or T <= 0: return (float('nan'),)*3
    l0 = N*math.log(N/T) - N; best = None
    for b in betas:
        A = np.zeros(N); e = np.exp(-b*np.diff(t))
        for i in range(1, N): A[i] = e[i-1]*(1 + A[i-1])
        comp = float((1-np.exp(-b*(T-t))).sum()); mu, n = .5*N/T, .5
        for _ in range(80):
            lam = mu + n*b*A; p = mu/lam; mu = p.sum()/T; n = min((1-p).sum()/comp, .999)
        lam = mu + n*b*A; ll = float(np.log(np.maximum(lam, 1e-300)).sum() - mu*T - n*comp)
        if best is None or ll > best[0]: best = (ll, n, b)
    return best[1], best[2], (best[0]-l0)/N

def timing(rows, minses=60):
    """inter-arrival statistics, per session (intervals never cross a session), averaged weighted by session size"""
    ses = collections.OrderedDict(); o = {}
    for m in rows:
        if m.get('t_seconds') is None: return o
        ses.setdefault(m.get('session', ''), []).append(float(m['t_seconds']))
    acc = collections.defaultdict(list); tot = dur = 0
    def put(k, v, w):
        if v == v and abs(v) != float('inf'): acc[k].append((v, w))
    for v in ses.values():
        v = np.sort(np.asarray(v)); n = len(v)-1
        if n < 2 or v[-1] <= v[0]: continue
        tot += n; dur += v[-1]-v[0]
        if n < minses: continue
        d = np.diff(v); mu, sd = d.mean(), d.std(); cv = sd/mu
        put('iat_median', float(np.median(d)), n); put('iat_cv', cv, n); put('burst_B', (cv-1)/(cv+1), n)
        put('burst_Bn', (math.sqrt(n+1)*cv - math.sqrt(n-1))/((math.sqrt(n+1)-2)*cv + math.sqrt(n-1)), n)    # Kim & Jo 2016, finite size
        if d.std() > 0: put('memory_M', float(np.corrcoef(d[:-1], d[1:])[0, 1]), n)
        q = np.sort(d); put('ks_exp', float(np.max(np.abs(np.arange(1, n+1)/n - (1-np.exp(-q/mu))))), n)
        put('iat_lt1', float((d < 1).mean()), n); put('iat_p95_med', float(np.percentile(d, 95)/max(np.median(d), 1e-9)), n)
        for w in (5, 10, 60):
            k = int((v[-1]-v[0])//w)
            if k >= 8:
                c = np.bincount(((v-v[0])//w).astype(int), minlength=k)[:k]
                put(f'fano_{w}s', float(c.var()/c.mean()), n)
                if w == 10 and k > 12 and c.std() > 0:
                    put('ac1_10s', float(np.corrcoef(c[:-1], c[1:])[0, 1]), n); put('peak10_over_mean', float(np.percentile(c, 99)/c.mean()), n)
        if n >= 100:
            h = hawkes(v[:3000]); put('hawkes_n', h[0], n); put('hawkes_beta', h[1], n); put('hawkes_gain', h[2], n)
    if not tot: return o
    o['msg_per_min'] = 60*tot/dur
    for k, x in acc.items():
        w = sum(b for _, b in x); o[k] = sum(a*b for a, b in x)/w
    return o

SHARES = ['emote','emote_only','visual','visual_only','emoji','question','mention','cmd','url','caps','elong','multipunct',
          'laugh','smash','exclam','digit','ellipsis','react']
def block_stats(rows, F, ordered=True):
    """metrics of one block (size-dependent ones live here)"""
    n = len(F); o = {}
    ch = np.array([f['chars'] for f in F]); wd = np.array([f['words'] for f in F])
    o.update(chars_med=float(np.median(ch)), chars_mean=float(ch.mean()), chars_p90=float(np.percentile(ch, 90)),
        chars_logsd=float(np.log(ch).std()), words_med=float(np.median(wd)), words_mean=float(wd.mean()),
        words_p90=float(np.percentile(wd, 90)), one_word=float((wd == 1).mean()), le3_words=float((wd <= 3).mean()), ge15_words=float((wd >= 15).mean()))
    for k in SHARES: o['sh_'+k] = float(np.mean([f[k] for f in F]))
    e = [f['n_emote'] for f in F if f['emote']]; o['emotes_per_emotemsg'] = float(np.mean(e)) if e else float('nan')
    mt = [f for f in F if f['multi']]
    if mt:
        o.update(capinit_multi=float(np.mean([f['cap_init'] for f in mt])), period_multi=float(np.mean([f['period'] for f in mt])))
        l5 = [f for f in mt if f['nwords'] >= 5]
        if l5: o.update(comma_ge5=float(np.mean([f['comma'] for f in l5])), accent_ge5=float(np.mean([f['accent'] for f in l5])), abbr_ge5=float(np.mean([f['abbr'] for f in l5])))
    q = [f for f in F if f['question']]
    if len(q) >= 8: o['inv_q_of_q'] = float(np.mean([f['inv_q'] for f in q]))
    nm = [f['norm'] for f in F]; c = collections.Counter(nm)
    o['dup_rate'] = 1-len(c)/n; o['dup_in_cluster3'] = sum(v for v in c.values() if v >= 3)/n
    long = [x for x in nm if len(x) >= 20]; o['dup_rate_long'] = 1-len(set(long))/len(long) if len(long) >= 20 else float('nan')
    if ordered:
        o['echo30'] = float(np.mean([nm[i] in set(nm[max(0, i-30):i]) for i in range(1, n)]))
    V = [w for f in F for w in f['vocab']]
    if len(V) >= 600:
        def dist(k, L=600):
            r = []
            for s in range(0, len(V)-L+1, L):
                x = V[s:s+L]; g = list(zip(*[x[i:] for i in range(k)])); r.append(len(set(g))/len(g))
            return float(np.mean(r))
        o['distinct1_600'] = dist(1); o['distinct2_600'] = dist(2)
        cc = collections.Counter(V[:600]); p = np.array(list(cc.values()))/600; o['unigram_H_600'] = float(-(p*np.log2(p)).sum())
        o['hapax_600'] = float(np.mean([v == 1 for v in cc.values()]))
        o['top10_share'] = sum(v for _, v in collections.Counter(V).most_common(10))/len(V)
    blob = '\n'.join(nm).encode(); B = blob[:12000]
    if len(B) >= 6000: o['zlib_12k'] = len(zlib.compress(B, 9))/len(B)
    us = [m['user'] for m in rows]
    if all(us):
        u = collections.Counter(us); v = np.array(sorted(u.values(), reverse=True)); tot = v.sum(); k = max(1, round(.1*len(v)))
        o.update(users_per100=100*len(v)/tot, gini=gini(v), top1=float(v[0]/tot), top10pct=float(v[:k].sum()/tot), single_user=float((v == 1).mean()), msgs_per_user=float(tot/len(v)))
        if ordered:
            same = np.mean([us[i] == us[i-1] for i in range(1, n)]); exp = float(((v/tot)**2).sum()); o['same_consec'] = float(same); o['same_consec_lift'] = float(same/exp) if exp else float('nan')
        sn = ns_ = 0; last = {}
        for x, y in zip(us, nm):
            if x in last: ns_ += 1; sn += last[x] == y
            last[x] = y
        o['self_repeat'] = sn/ns_ if ns_ else float('nan')
        seen = collections.deque(maxlen=60); hit = tot_m = 0
        for x, f in zip(us, F):
            for y in f['ment_to']: tot_m += 1; hit += y in seen
            seen.append(x.lower())
        if tot_m >= 8: o['mention_resolved60'] = hit/tot_m
    return o

def coherence(rows, F, K=10, cap=3000):
    """share of messages with a content word in common with one of the K previous messages (copies excluded),
    against K messages taken far away in the same log. lift 1 = messages ignore each other (shuffled chat)."""
    rows, F = rows[:cap], F[:cap]; n = len(F)
    if n < 300: return {}
    freq = collections.Counter(w for f in F for w in set(f['vocab'])); stop = {w for w, _ in freq.most_common(STOPRATE)}
    S = [{w for w in f['vocab'] if len(w) >= 4 and w not in stop and not is_laugh(w)} for f in F]; nm = [f['norm'] for f in F]
    rng = random.Random(1); near = far = den = 0
    for i in range(K, n):
        if not S[i]: continue
        prev = [S[j] for j in range(i-K, i) if nm[j] != nm[i]]
        for _ in range(4):
            pool = [j for j in rng.sample(range(n), min(n, 60)) if abs(j-i) > 100 and nm[j] != nm[i]][:len(prev)]
            if len(pool) < len(prev): continue
            den += 1; near += any(S[i] & p for p in prev); far += any(S[i] & S[j] for j in pool)
    return dict(coh_near=near/den, coh_far=far/den, coh_lift=(near+1)/(far+1)) if den >= 200 else {}

def whole_stats(rows, F, ordered=True):
    o = timing(rows)
    if ordered: coh = coherence(rows, F)
    else: coh = {}
    timed = bool(o); o.update(coh)
    if timed:      # does chat get shorter / more reactive when it gets faster?
        t = np.array([float(m['t_seconds']) for m in rows]); s = [m.get('session', '') for m in rows]
        loc = np.zeros(len(t))
        for k in dict.fromkeys(s):
            ix = np.array([i for i, x in enumerate(s) if x == k]); tt = t[ix]
            loc[ix] = np.searchsorted(tt, tt+10) - np.searchsorted(tt, tt-10)
        ch = np.array([f['chars'] for f in F], float); re_ = np.array([f['react'] for f in F], float)
        o['rho_rate_len'] = spearman(loc, ch); hi = loc >= np.percentile(loc, 85)
        if hi.sum() >= 15 and (~hi).sum() >= 15:
            o['len_ratio_burst'] = float(np.median(ch[hi])/np.median(ch[~hi])); o['react_burst_minus_rest'] = float(re_[hi].mean()-re_[~hi].mean())
    us = [m['user'] for m in rows]
    if all(us) and timed:
        w10 = collections.defaultdict(list)
        for m in rows: w10[(m.get('session', ''), int(float(m['t_seconds'])//600))].append(m['user'])
        x = [len(v)/len(set(v)) for v in w10.values() if len(v) >= 3]
        if x: o['msgs_per_chatter_10min'] = float(np.mean(x))
    if all(us):
        g = collections.defaultdict(list); gc = collections.defaultdict(list); ge = collections.defaultdict(list)
        for u, f in zip(us, F):
            g[u].append(math.log(f['chars'])); ge[u].append(float(f['visual']))
            if f['multi']: gc[u].append(float(f['cap_init']))
        o['icc_len'] = icc1(g.values()); o['icc_cap'] = icc1(gc.values()); o['icc_visual'] = icc1(ge.values())
    return o

def analyse(path, block=500, keep_bots=False, ordered=None, quiet=False):
    rows = load(path, keep_bots); names = frozenset(m['user'].lower() for m in rows); F = [features(m, names) for m in rows]
    base = os.path.basename(path)
    if ordered is None: ordered = not any(s in base for s in ('uva_corpus', 'random'))
    n = len(rows); blocks = []
    st = list(range(0, n-block+1, block)) or [0]
    if n > block and n-block-st[-1] >= block/2: st.append(n-block)        # last block may overlap the one before
    ix = list(range(n))
    if not ordered: random.Random(0).shuffle(ix)
    for b0 in st:
        k = ix[b0:b0+block]; blocks.append(block_stats([rows[i] for i in k], [F[i] for i in k], ordered))
    keys = list(dict.fromkeys(k for b in blocks for k in b)); mean = {}
    for k in keys:
        v = [b[k] for b in blocks if k in b and b[k] == b[k]]
        if v: mean[k] = float(np.mean(v))
    w = whole_stats(rows, F, ordered); mean.update(w)
    return dict(name=base.replace('.jsonl', ''), n=n, users=len({m['user'] for m in rows} - {''}), blocks=blocks, mean=mean, block=min(block, n))

ORDER = ['msg_per_min','chars_med','chars_mean','chars_p90','chars_logsd','words_med','words_mean','words_p90','one_word','le3_words','ge15_words',
 'sh_emote','sh_emote_only','emotes_per_emotemsg','sh_visual','sh_visual_only','sh_emoji','sh_question','inv_q_of_q','sh_mention','mention_resolved60','sh_cmd','sh_url',
 'sh_caps','sh_elong','sh_multipunct','sh_exclam','sh_laugh','sh_smash','sh_ellipsis','sh_digit','sh_react','capinit_multi','period_multi','comma_ge5','accent_ge5','abbr_ge5',
 'dup_rate','dup_in_cluster3','dup_rate_long','echo30','self_repeat','distinct1_600','distinct2_600','unigram_H_600','hapax_600','top10_share','zlib_12k',
 'users_per100','msgs_per_user','msgs_per_chatter_10min','gini','top1','top10pct','single_user','same_consec','same_consec_lift','icc_len','icc_cap','icc_visual',
 'iat_median','iat_cv','burst_B','burst_Bn','memory_M','ks_exp','iat_lt1','iat_p95_med','fano_5s','fano_10s','fano_60s','ac1_10s','peak10_over_mean','hawkes_n','hawkes_beta','hawkes_gain',
 'rho_rate_len','len_ratio_burst','react_burst_minus_rest','coh_near','coh_far','coh_lift']

def table(res, out=sys.stdout):
    print('metric'.ljust(24), *[r['name'][:15].rjust(16) for r in res], file=out)
    print('messages (no bots)'.ljust(24), *[str(r['n']).rjust(16) for r in res], file=out)
    print('distinct users'.ljust(24), *[str(r['users'] or '-').rjust(16) for r in res], file=out)
    for k in ORDER:
        if any(k in r['mean'] for r in res):
            print(k.ljust(24), *[(f"{r['mean'][k]:.3f}" if k in r['mean'] and r['mean'][k] == r['mean'][k] else '-').rjust(16) for r in res], file=out)

def make_ref(res, path):
    """per metric: min / p10 / median / p90 / max over channels (each channel = one value), and the mean within-channel sd over blocks"""
    ref = {}
    for k in ORDER:
        v = np.array([r['mean'][k] for r in res if k in r['mean'] and r['mean'][k] == r['mean'][k]])
        if len(v) < 2: continue
        sd = [np.std([b[k] for b in r['blocks'] if k in b and b[k] == b[k]]) for r in res if len(r['blocks']) >= 3 and k in r['blocks'][0]]
        ref[k] = dict(lo=float(v.min()), hi=float(v.max()), med=float(np.median(v)), n_channels=int(len(v)), within_sd=float(np.mean(sd)) if sd else None)
    json.dump(ref, open(path, 'w'), indent=1); return ref

CORE = ['chars_med','chars_logsd','words_med','one_word','ge15_words','sh_visual','sh_visual_only','sh_question','sh_mention','mention_resolved60','sh_caps','sh_elong','sh_laugh',
 'capinit_multi','period_multi','inv_q_of_q','comma_ge5','dup_rate','dup_rate_long','echo30','self_repeat','distinct1_600','distinct2_600','zlib_12k','msgs_per_chatter_10min','gini','top10pct','single_user',
 'same_consec_lift','icc_len','icc_cap','icc_visual','burst_Bn','memory_M','ks_exp','fano_60s','hawkes_n','rho_rate_len','react_burst_minus_rest','coh_lift']
def outside(sim, ref, lang=None, margin=1.):
    """CORE metrics of sim outside [lo - m, hi + m]; m = margin x max(within-channel sd, 10 % of the range between channels)"""
    bad = []
    for k in CORE:
        if k not in ref or k not in sim['mean']: continue
        r = ref[k]; m = margin*max(r.get('within_sd') or 0, .1*(r['hi']-r['lo'])); x = sim['mean'][k]; lo, hi = bounds(k, r, lang)
        if k == 'coh_lift':                 # one-sided: shuffled chat gives 0.7-1.2, every real log > 2.7
            if x < 2.: bad.append((k, round(x, 3), 2., None))
            continue
        if k == 'dup_rate' and sim['mean'].get('msg_per_min', 0) >= 10 and x < .05:   # repetition grows with speed (Spearman .95 over 10 channels)
            bad.append((k, round(x, 3), .05, None)); continue
        if not lo-m <= x <= hi+m: bad.append((k, round(x, 3), round(lo-m, 3), round(hi+m, 3)))
    return bad
def bounds(k, r, lang):
    """(lo, hi) of the real channels; for what language decides (length, orthography, content) those of that language alone"""
    own = r.get(lang) if lang and any(k in FAMILY[f] for f in ('length', 'orthography', 'content')) else None
    return own or (r['lo'], r['hi'])
FAMILY = dict(length=['chars_med','chars_logsd','words_med','one_word','ge15_words'], orthography=['capinit_multi','period_multi','inv_q_of_q','comma_ge5','icc_cap'],
 users=['mention_resolved60','msgs_per_chatter_10min','gini','top10pct','single_user','same_consec_lift','icc_len','icc_visual'],
 timing=['burst_Bn','memory_M','ks_exp','fano_60s','hawkes_n','rho_rate_len','react_burst_minus_rest'], coherence=['coh_lift'],
 repetition=['dup_rate','dup_rate_long','echo30','self_repeat','distinct1_600','distinct2_600','zlib_12k'],
 content=['sh_visual','sh_visual_only','sh_question','sh_mention','sh_caps','sh_elong','sh_laugh'])
def broken(bad):
    """families a verdict can name: >= 3 metrics of a family outside, or its only metric (coherence)"""
    return [f for f, ks in FAMILY.items() if sum(k in bad for k in ks) >= min(3, len(ks))]
def check(sim, ref, slack=1., lang=None):
    """slack = margin multiplier of outside(). Yardstick measured on real logs: a real small channel left out of the
    reference has 1-10 of 17-40 CORE metrics outside (median 10 %, worst 25 %)."""
    bad = {k for k, *_ in outside(sim, ref, lang, slack)}; tot = 0
    for k in CORE:
        if k not in ref or k not in sim['mean'] or sim['mean'][k] != sim['mean'][k]: continue
        tot += 1; r = ref[k]; x = sim['mean'][k]; lo, hi = bounds(k, r, lang)
        print(f"{'OUT ' if k in bad else 'ok  '} {k:24s} {x:9.3f}   real small channels [{lo:.3f} .. {hi:.3f}] n={r.get('n_channels')}")
    f = len(bad)/tot if tot else 1; br = broken(bad)
    if sim['mean'].get('period_multi', 0) > .15 and 'orthography' not in br: br.append('orthography')      # real: 0-0.09
    if br: print('families broken:', ', '.join(br))
    print(f'{len(bad)} of {tot} outside ({100*f:.0f} %):', 'FAIL' if br or f > .25 else 'PASS (as a typical real channel)' if f <= .10 else 'BORDERLINE (as the oddest real channels)')
    return bool(br) or f > .25

if __name__ == '__main__':
    ap = argparse.ArgumentParser(); ap.add_argument('logs', nargs='*'); ap.add_argument('--block', type=int, default=500)
    ap.add_argument('--json'); ap.add_argument('--make-ref'); ap.add_argument('--ref'); ap.add_argument('--check'); ap.add_argument('--keep-bots', action='store_true'); ap.add_argument('--slack', type=float, default=1.)
    ap.add_argument('--lang', choices=['es', 'en'], help='judge length, orthography and content on the real channels of this language alone')
    a = ap.parse_args()
    if a.check:
        sys.exit(1 if check(analyse(a.check, a.block, a.keep_bots), json.load(open(a.ref)), a.slack, a.lang) else 0)
    res = [analyse(p, a.block, a.keep_bots) for p in a.logs]; table(res)
    if a.json: json.dump(res, open(a.json, 'w'))
    if a.make_ref: make_ref(res, a.make_ref)
