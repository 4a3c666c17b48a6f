#include "words.h"

struct splitter {
    struct words *words;
    size_t used; /* of store */
    bool inside; /* a word */
    char quote;  /* the open one, or 0 */
};

static bool put(struct splitter *splitter, char c)
{
    struct words *words = splitter->words;
    if (!splitter->inside) {
        if (words->count == WORDS_MAX)
            return false;
        words->word[words->count++] = words->store + splitter->used;
        splitter->inside = true;
    }
    /* One byte is kept for the zero that ends the word. */
    if (splitter->used + 2 > WORDS_BYTES_MAX)
        return false;
    words->store[splitter->used++] = c;
    return true;
}

static void end_word(struct splitter *splitter)
{
    if (!splitter->inside)
        return;
    splitter->words->store[splitter->used++] = '\0';
    splitter->inside = false;
}

/* An empty pair of quotes is a word too. */
static bool begin_quote(struct splitter *splitter, char quote)
{
    splitter->quote = quote;
    if (splitter->inside)
        return true;
    if (!put(splitter, ' '))
        return false;
    splitter->used--;
    return true;
}

enum words_verdict words_split(struct words *words, struct bytes line)
{
    struct splitter splitter = {.words = words};
    words->count = 0;
    for (size_t i = 0; i < line.length; i++) {
        char c = (char)line.data[i];
        bool fits = true;
        if (c == '\0')
            return WORDS_TOO_MANY;
        if (splitter.quote != 0 && c == splitter.quote)
            splitter.quote = 0;
        else if (c == '\\' && splitter.quote != '\'' && i + 1 < line.length)
            fits = put(&splitter, (char)line.data[++i]);
        else if (splitter.quote != 0)
            fits = put(&splitter, c);
        else if (c == '\'' || c == '"')
            fits = begin_quote(&splitter, c);
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            end_word(&splitter);
        else
            fits = put(&splitter, c);
        if (!fits)
            return WORDS_TOO_MANY;
    }
    end_word(&splitter);
    words->word[words->count] = NULL;
    return splitter.quote == 0 ? WORDS_SPLIT : WORDS_OPEN_QUOTE;
}
