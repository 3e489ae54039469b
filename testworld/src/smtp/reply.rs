//! How replies are worded: code, enhanced code, language, lines.

use crate::site::{Language, Voice};

/// A reply before it is put on the wire.
pub(super) struct Reply {
    code: u16,
    enhanced: &'static str,
    text: &'static str,
}

/// What a server may have to say about a recipient or a client, in its own language.
#[derive(Clone, Copy)]
pub(super) enum Saying {
    Unknown,
    Disabled,
    Full,
    Greylisted,
    TryLater,
    TempFail,
    Blocked,
}

impl Reply {
    pub(super) fn new(code: u16, enhanced: &'static str, text: &'static str) -> Self {
        Self { code, enhanced, text }
    }

    pub(super) fn saying(saying: Saying, language: Language) -> Self {
        let (code, enhanced) = match saying {
            Saying::Unknown => (550, "5.1.1"),
            Saying::Disabled => (550, "5.2.1"),
            Saying::Full => (552, "5.2.2"),
            Saying::Greylisted => (450, "4.7.1"),
            Saying::TryLater => (450, "4.2.0"),
            Saying::TempFail => (451, "4.3.0"),
            Saying::Blocked => (550, "5.7.1"),
        };
        Self { code, enhanced, text: words(saying, language) }
    }

    /// The same words under another basic code.
    pub(super) fn with_code(self, code: u16) -> Self {
        Self { code, ..self }
    }

    /// The reply on the wire.
    pub(super) fn bytes(&self, voice: Voice) -> Vec<u8> {
        let code = self.code;
        let enhanced = if voice.enhanced { format!("{} ", self.enhanced) } else { String::new() };
        // Only refusals run over several lines, broken between words as servers do.
        let out = if voice.many_lines && code >= 400 {
            let middle = self.text.len() / 2;
            let at = self.text.match_indices(' ').map(|(at, _)| at).find(|at| *at >= middle);
            let (first, second) = at.map_or((self.text, "see above"), |at| (&self.text[..at], &self.text[at + 1..]));
            format!(
                "{code}-{enhanced}{first}\r\n{code}-{enhanced}{second}\r\n{code} {enhanced}https://help.example/{code}\r\n"
            )
        } else {
            format!("{code} {enhanced}{}\r\n", self.text)
        };
        if voice.latin1 {
            out.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
        } else {
            out.into_bytes()
        }
    }
}

fn words(saying: Saying, language: Language) -> &'static str {
    use Language::{English, French, German, Italian, Portuguese, Spanish};
    match (saying, language) {
        (Saying::Unknown, English) => "No such user here",
        (Saying::Unknown, German) => "Empfänger unbekannt: dieses Postfach existiert nicht",
        (Saying::Unknown, French) => "Destinataire inconnu : cette boîte aux lettres n'existe pas",
        (Saying::Unknown, Spanish) => "Usuario desconocido: el buzón no existe",
        (Saying::Unknown, Italian) => "Destinatario sconosciuto: la casella non esiste",
        (Saying::Unknown, Portuguese) => "Destinatário desconhecido: a caixa postal não existe",

        (Saying::Disabled, English) => "Mailbox is disabled",
        (Saying::Disabled, German) => "Dieses Postfach ist deaktiviert",
        (Saying::Disabled, French) => "Cette boîte aux lettres est désactivée",
        (Saying::Disabled, Spanish) => "El buzón está desactivado",
        (Saying::Disabled, Italian) => "La casella è disattivata",
        (Saying::Disabled, Portuguese) => "A caixa postal está desativada",

        (Saying::Full, English) => "Mailbox is over its quota",
        (Saying::Full, German) => "Postfach voll: Speicherkontingent überschritten",
        (Saying::Full, French) => "Boîte aux lettres pleine : quota dépassé",
        (Saying::Full, Spanish) => "Buzón lleno: cuota excedida",
        (Saying::Full, Italian) => "Casella piena: quota superata",
        (Saying::Full, Portuguese) => "Caixa postal cheia: cota excedida",

        (Saying::Greylisted, English) => "Greylisted, please try again later",
        (Saying::Greylisted, German) => "Greylisting aktiv, bitte später erneut versuchen",
        (Saying::Greylisted, French) => "Liste grise (greylisting), veuillez réessayer plus tard",
        (Saying::Greylisted, Spanish) => "Lista gris (greylisting), inténtelo más tarde",
        (Saying::Greylisted, Italian) => "Greylisting attivo, riprovare più tardi",
        (Saying::Greylisted, Portuguese) => "Greylisting ativo, tente novamente mais tarde",

        (Saying::TryLater, English) => "Recipient not available now, try later",
        (Saying::TryLater, German) => "Empfänger zurzeit nicht erreichbar, später erneut versuchen",
        (Saying::TryLater, French) => "Destinataire indisponible pour le moment",
        (Saying::TryLater, Spanish) => "Destinatario no disponible por ahora",
        (Saying::TryLater, Italian) => "Destinatario al momento non disponibile",
        (Saying::TryLater, Portuguese) => "Destinatário indisponível no momento",

        (Saying::TempFail, English) => "Local error in processing",
        (Saying::TempFail, German) => "Lokaler Fehler bei der Verarbeitung",
        (Saying::TempFail, French) => "Erreur locale de traitement",
        (Saying::TempFail, Spanish) => "Error local de proceso",
        (Saying::TempFail, Italian) => "Errore locale di elaborazione",
        (Saying::TempFail, Portuguese) => "Erro local de processamento",

        (Saying::Blocked, English) => "Client host blocked using bl.dnsbl.example: poor reputation",
        (Saying::Blocked, German) => "Ihr Server steht auf der Sperrliste bl.dnsbl.example (Blacklist)",
        (Saying::Blocked, French) => "Votre serveur figure sur la liste noire bl.dnsbl.example",
        (Saying::Blocked, Spanish) => "Su servidor está en la lista negra bl.dnsbl.example",
        (Saying::Blocked, Italian) => "Il vostro server è nella lista nera bl.dnsbl.example",
        (Saying::Blocked, Portuguese) => "O seu servidor está na lista negra bl.dnsbl.example",
    }
}
