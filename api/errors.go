package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"yinju/corpus"
	"yinju/rag"
)

// problem is an error as a client is told it: a status, a stable code, and words
// out of the table below in the client's language (Chinese, unless Accept-Language
// asks for another).
type problem struct {
	status     int
	code       string
	args       []any  // for the verbs of the table's message
	text, hint string // instead of the table's
	retry      int    // seconds, for Retry-After; 0 means none
}

func (p *problem) Error() string { return p.message("en") }

func (p *problem) message(lang string) string {
	if p.text != "" {
		return p.text
	}
	return fmt.Sprintf(sayings[p.code].in(lang).message, p.args...)
}

// fault is a problem out of the table. Arguments that come from the client are cut.
func fault(code string, args ...any) *problem {
	for i, arg := range args {
		if s, ok := arg.(string); ok {
			args[i] = shorten(s, 60)
		}
	}
	return &problem{status: sayings[code].status, code: code, args: args, retry: sayings[code].retry}
}

func shorten(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit]) + "…"
}

type saying struct {
	status int
	retry  int
	zh, en phrase
}

type phrase struct{ message, hint string }

func (s saying) in(lang string) phrase {
	if lang == "en" {
		return s.en
	}
	return s.zh
}

var sayings = map[string]saying{
	"no_such_route":      {404, 0, phrase{"没有这个地址。", "接口见 README。"}, phrase{"There is nothing at this address.", "The README lists the routes."}},
	"method_not_allowed": {405, 0, phrase{"这个地址不支持这种方法。", "可用的方法见 Allow 头。"}, phrase{"This address does not support this method.", "The Allow header lists those it does."}},
	"article_not_found":  {404, 0, phrase{"没有这篇文章，可能已被移走。", "GET /articles 列出现有的文章。"}, phrase{"There is no such article; it may have been removed.", "GET /articles lists those there are."}},
	"not_ready":          {503, 1, phrase{"文章还在索引中。", "请稍候再试；GET /reload 显示进度。"}, phrase{"The articles are still being indexed.", "Retry in a moment; GET /reload shows the progress."}},
	"busy":               {503, 2, phrase{"正在回答的问题太多。", "请稍候再试。"}, phrase{"Too many questions are being answered.", "Retry in a moment."}},
	"timeout":            {504, 0, phrase{"没有在时限内完成。", "请再试一次。"}, phrase{"It was not done in time.", "Retry."}},
	"internal":           {500, 0, phrase{"服务内部出错。", "日志里有详情。"}, phrase{"Something went wrong inside the server.", "The log has the details."}},
	"reload_failed":      {500, 0, phrase{"重新载入失败，原有的文章继续可用。", "GET /reload 的 last_error 说明原因。"}, phrase{"The reload failed; the articles known before still serve.", "GET /reload tells why in last_error."}},

	"emptied": {409, 0, phrase{"文件夹里已没有文章，原有的文章继续可用。", "若确实要清空，请用 POST /reload?force=true。"}, phrase{"The folder holds no articles any more; those known before still serve.", "To empty the service all the same, POST /reload?force=true."}},

	"gate_failed":          {409, 0, phrase{"没有通过检验，原有的一代继续可用：从前答得出的问题有 %d 个答不出了。例如 %q：应找到 %s，找到的是 %s。", "请改好文章或检验文件再重新读取；若确实要换上，请用 POST /reload?force=true。"}, phrase{"The gate keeps the generation before: %d questions that were answered fail now. For example %q: expected %s, came %s.", "Mend the articles or the gate's file and reload; to serve it all the same, POST /reload?force=true."}},
	"pinned":               {409, 0, phrase{"退回的那一代已固定，这次读取没有换上。", "POST /reload 会重新读取文件夹，并解除固定。"}, phrase{"An earlier generation was pinned meanwhile; what was read does not serve.", "POST /reload takes in the folder again and unpins."}},
	"bad_generation":       {400, 0, phrase{"%q 应为一代的编号，或 previous。", "GET /reload 的 generations 列出可以退回的。"}, phrase{"%q must be the number of a generation, or previous.", "GET /reload lists those that can be had in generations."}},
	"no_such_generation":   {404, 0, phrase{"这一代已不能退回；可以用的有：%s。", "GET /reload 的 generations 列出它们。"}, phrase{"This generation can't be served again; these can: %s.", "GET /reload lists them in generations."}},
	"no_generation_before": {404, 0, phrase{"没有更早的一代可以退回；可以用的有：%s。", "-generations 设定保留几代；重新启动后从头算起。"}, phrase{"There is no earlier generation to go back to; these can be served: %s.", "-generations says how many are kept, beginning with each start."}},
	"no_generations":       {404, 0, phrase{"没有可以退回的一代。", "-generations 设定保留几代；重新启动后从头算起。"}, phrase{"There is no generation to go back to.", "-generations says how many are kept, beginning with each start."}},

	"host_refused": {421, 0, phrase{"不以主机名 %q 提供服务。", "请用 localhost 或 IP 地址访问，或把这个主机名加进设置。"}, phrase{"This server does not answer to the host name %q.", "Use localhost or an IP address, or add the name to the settings."}},
	"cross_origin": {403, 0, phrase{"拒绝来自其他网站的请求。", ""}, phrase{"Requests from other sites are refused.", ""}},

	"too_large":     {413, 0, phrase{"请求体超过 %d 字节。", "请缩短问题或历史。"}, phrase{"The body is larger than %d bytes.", "Shorten the question or the history."}},
	"unreadable":    {400, 0, phrase{"请求体没有读完。", ""}, phrase{"The body could not be read to its end.", ""}},
	"content_type":  {415, 0, phrase{"请求体须为 JSON。", "请设 Content-Type: application/json。"}, phrase{"The body must be JSON.", "Set Content-Type: application/json."}},
	"charset":       {400, 0, phrase{"请求不是合法的 UTF-8。", "请用 UTF-8 编码。"}, phrase{"The request is not valid UTF-8.", "Encode it in UTF-8."}},
	"bad_json":      {400, 0, phrase{"请求体不是一个合法的 JSON 对象。", "请检查括号、引号和逗号。"}, phrase{"The body is not one valid JSON object.", "Check brackets, quotes and commas."}},
	"too_deep":      {400, 0, phrase{"JSON 嵌套超过 %d 层。", ""}, phrase{"The JSON is nested more than %d levels deep.", ""}},
	"duplicate_key": {400, 0, phrase{"字段 %q 出现了两次。", ""}, phrase{"The field %q stands twice.", ""}},
	"unknown_field": {400, 0, phrase{"没有名为 %q 的字段。", "字段名区分大小写，见 README。"}, phrase{"There is no field %q.", "Names are case-sensitive; the README lists them."}},
	"wrong_type":    {400, 0, phrase{"字段 %q 的类型不对。", ""}, phrase{"The field %q has the wrong type.", ""}},
	"unknown_param": {400, 0, phrase{"没有名为 %q 的参数。", "参数名区分大小写，见 README。"}, phrase{"There is no parameter %q.", "Names are case-sensitive; the README lists them."}},
	"bad_query":     {400, 0, phrase{"地址里的参数写法有误。", "特殊字符须作百分号编码。"}, phrase{"The address's parameters are malformed.", "Percent-encode special characters."}},
	"repeated":      {400, 0, phrase{"%q 只能给一次。", ""}, phrase{"%q may be given only once.", ""}},
	"missing":       {400, 0, phrase{"缺少 %q。", ""}, phrase{"%q is missing.", ""}},
	"too_long":      {400, 0, phrase{"%q 超过 %d 个字。", "请缩短。"}, phrase{"%q is longer than %d characters.", "Shorten it."}},
	"too_many":      {400, 0, phrase{"%q 超过 %d 项。", "请减少。"}, phrase{"%q has more than %d items.", "Send fewer."}},
	"control":       {400, 0, phrase{"%q 含有控制字符。", "请去掉不可见的字符。"}, phrase{"%q holds control characters.", "Remove invisible characters."}},
	"bad_number":    {400, 0, phrase{"%q 应为 %d 到 %d 之间的整数。", ""}, phrase{"%q must be a whole number from %d to %d.", ""}},
	"bad_flag":      {400, 0, phrase{"%q 应为 true 或 false。", ""}, phrase{"%q must be true or false.", ""}},
	"bad_date":      {400, 0, phrase{"%q 应为 YYYY-MM-DD 形式的日期。", "例如 2023-08-31。"}, phrase{"%q must be a date as YYYY-MM-DD.", "For example 2023-08-31."}},
	"bad_range":     {400, 0, phrase{"%q 不能晚于 %q。", "请交换两者。"}, phrase{"%q must not lie behind %q.", "Swap them."}},
	"bad_role":      {400, 0, phrase{"%q 应为 user 或 assistant。", ""}, phrase{"%q must be user or assistant.", ""}},
	"bad_language":  {400, 0, phrase{"%q 应为 zh 或 en。", ""}, phrase{"%q must be zh or en.", ""}},

	"writes_off":       {403, 0, phrase{"这里不允许上传和删除文章。", "启动时加上 -allow-writes 并设置 YINJU_WRITE_TOKEN。"}, phrase{"Uploads and removals are not allowed here.", "Start with -allow-writes and set YINJU_WRITE_TOKEN."}},
	"token":            {401, 0, phrase{"需要正确的写入令牌。", "请在 Authorization 头里写 Bearer 和令牌，即服务的 YINJU_WRITE_TOKEN。"}, phrase{"The right token is needed to write.", "Send Authorization: Bearer and the token, which is the server's YINJU_WRITE_TOKEN."}},
	"token_attempts":   {429, 0, phrase{"错误的令牌太多。", "请稍候再试。"}, phrase{"Too many wrong tokens.", "Retry in a moment."}},
	"upload_type":      {415, 0, phrase{"上传须为 multipart/form-data。", "例如 curl -F file=@文章.md。"}, phrase{"An upload must be multipart/form-data.", "For example curl -F file=@article.md."}},
	"upload_form":      {400, 0, phrase{"上传的表单不完整或写法有误。", "请重新上传。"}, phrase{"The upload's form is cut or malformed.", "Send it again."}},
	"upload_too_large": {413, 0, phrase{"上传超过 %d 字节。", "请分几次上传，或调高 -max-upload。"}, phrase{"The upload is larger than %d bytes.", "Send it in parts, or raise -max-upload."}},
	"upload_slow":      {408, 0, phrase{"上传太慢，已中断。", "没有文件被收下；请重新上传。"}, phrase{"The upload was too slow and was ended.", "No file was taken in; send it again."}},
	"upload_busy":      {503, 2, phrase{"正在进行的上传太多。", "请稍候再试。"}, phrase{"Too many uploads are under way.", "Retry in a moment."}},
	"file_name":        {400, 0, phrase{"文件名或文件夹名不能用：%s", "请换一个名字。"}, phrase{"This name of a file or folder can't be used: %s", "Choose another one."}},
	"file_unsupported": {415, 0, phrase{"不支持这种格式：%s", ""}, phrase{"This format is not supported: %s", ""}},
	"file_too_large":   {413, 0, phrase{"文件太大：%s", "请拆开，或调高 -max-file-size。"}, phrase{"The file is too large: %s", "Split it, or raise -max-file-size."}},
	"file_unreadable":  {422, 0, phrase{"从文件里读不出文章：%s", ""}, phrase{"No article can be read from the file: %s", ""}},
	"file_exists":      {409, 0, phrase{"已有同名的文件：%s", "请改名，或用 replace=true 取代它。"}, phrase{"Another file has this name: %s", "Rename it, or replace the other by replace=true."}},
	"file_missing":     {404, 0, phrase{"文件已经不在了：%s", ""}, phrase{"The file is not there any more: %s", ""}},
	"file_part":        {409, 0, phrase{"这篇文章在文件 %s 里，里面还有别的文章。", "请修改那个文件；要连同其中的全部文章一起删除，用 ?file=true。"}, phrase{"This article is in the file %s, together with others.", "Edit that file; to remove it with all of its articles, add ?file=true."}},
	"no_folder":        {503, 0, phrase{"文章的文件夹不见了。", "请检查服务的文件夹是否还在。"}, phrase{"The folder of the articles is not there.", "See whether the server's folder is still in its place."}},
	"no_space":         {507, 0, phrase{"磁盘满了，文件没有被收下。", "请腾出空间，再上传一次。"}, phrase{"The disk is full; the file was not taken in.", "Make room and send it again."}},
	"not_writable":     {500, 0, phrase{"服务没有权限写文章的文件夹。", "请让运行服务的用户能写这个文件夹。"}, phrase{"The server has no right to write into the folder of the articles.", "Let the user that it runs as write there."}},
	"write_failed":     {500, 0, phrase{"文件没有写成。", "日志里有详情。"}, phrase{"The file could not be written.", "The log has the details."}},

	"model_auth":        {502, 0, phrase{"模型服务拒绝了密钥。", "请检查密钥设置。"}, phrase{"The model server refused the key.", "Check the key in the settings."}},
	"model_request":     {502, 0, phrase{"模型服务不接受这个请求。", "请检查模型名称，或问得短些。"}, phrase{"The model server did not accept the request.", "Check the model's name, or ask something shorter."}},
	"model_rate_limit":  {503, 10, phrase{"模型服务限流，请稍后再试。", ""}, phrase{"The model server limits its rate; retry later.", ""}},
	"model_unavailable": {502, 0, phrase{"连不上模型服务。", "请检查模型服务是否在运行、地址是否正确。"}, phrase{"The model server cannot be reached.", "Check that it runs and that its address is right."}},
	"model_timeout":     {504, 0, phrase{"模型服务没有在时限内答完。", "请再试一次。"}, phrase{"The model server did not answer in time.", "Retry."}},
	"model_protocol":    {502, 0, phrase{"模型服务的答复不完整或看不懂。", "请再试一次；若仍如此，请检查模型地址。"}, phrase{"The model server's answer is cut or no answer at all.", "Retry; if it stays so, check the model's address."}},
}

// problemOf sorts any error. What it does not know becomes "internal", whose words
// tell nothing.
func (s *Server) problemOf(err error) *problem {
	var p *problem
	var model *rag.ModelError
	var input *rag.InputError
	var generation *rag.GenerationError
	var gate *rag.GateError
	var write *corpus.WriteError
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, rag.ErrNotReady):
		return fault("not_ready")
	case errors.Is(err, rag.ErrNotFound):
		return fault("article_not_found")
	case errors.As(err, &write):
		return writeProblem(write)
	case errors.As(err, &input):
		return &problem{status: http.StatusBadRequest, code: "invalid", text: input.Error(), hint: input.Hint}
	case errors.As(err, &model):
		code := "model_" + string(model.Kind)
		if _, ok := sayings[code]; !ok {
			code = "model_unavailable"
		}
		p = fault(code)
		p.hint = model.Hint
		return p
	case errors.Is(err, rag.ErrEmptied):
		return fault("emptied")
	case errors.As(err, &generation):
		return generationProblem(generation)
	case errors.As(err, &gate):
		return gateProblem(gate)
	case errors.Is(err, rag.ErrPinned):
		return fault("pinned")
	case errors.Is(err, context.DeadlineExceeded):
		return fault("timeout")
	}
	return fault("internal")
}

// errorBody is the form of every error.
type errorBody struct {
	Error errorWords `json:"error"`
}

type errorWords struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

func (p *problem) body(lang string) errorBody {
	hint := p.hint
	if hint == "" && p.text == "" {
		hint = sayings[p.code].in(lang).hint
	}
	return errorBody{errorWords{p.code, p.message(lang), hint}}
}

// fail answers a request with its error.
func (s *Server) fail(c *gin.Context, err error) {
	p := s.problemOf(err)
	if c.Request.Context().Err() != nil && p.status >= http.StatusInternalServerError {
		c.Status(statusClientGone)
		c.Abort()
		return
	}
	s.logProblem(p, err)
	if p.retry > 0 {
		c.Header("Retry-After", strconv.Itoa(p.retry))
	}
	if p.status == http.StatusRequestEntityTooLarge {
		c.Header("Connection", "close") // the rest of the body is not worth reading
	}
	c.Abort()
	if err := s.respond(c, p.status, p.body(language(c.Request))); err != nil {
		s.Log.Error("an error could not be encoded", slog.String("code", p.code), slog.Any("error", err))
	}
}

// logProblem logs what the operator should know and the client is not told.
func (s *Server) logProblem(p *problem, err error) {
	if p.status >= http.StatusInternalServerError && p.retry == 0 {
		s.Log.Error("request failed", slog.String("code", p.code), slog.String("error", err.Error()))
	}
}

// statusClientGone is logged for a client that left before its answer (nginx's number).
const statusClientGone = 499

// language is "zh" or "en": the first of Accept-Language by weight, Chinese
// without one, English for speakers of other languages.
func language(r *http.Request) string {
	best, weight := "", 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, q := weighted(part)
		if q <= weight {
			continue
		}
		weight = q
		switch {
		case tag == "*" || tag == "zh" || strings.HasPrefix(tag, "zh-"):
			best = "zh"
		case tag != "":
			best = "en"
		}
	}
	if best == "" {
		return "zh"
	}
	return best
}

// weighted splits an element of an Accept header: its value in lower case, and q.
func weighted(element string) (value string, q float64) {
	value, params, _ := strings.Cut(element, ";")
	value = strings.ToLower(strings.TrimSpace(value))
	if value == "" {
		return "", 0
	}
	for param := range strings.SplitSeq(params, ";") {
		if s, ok := strings.CutPrefix(strings.TrimSpace(param), "q="); ok {
			if f, err := strconv.ParseFloat(s, 64); err == nil && f >= 0 && f <= 1 {
				return value, f
			}
			return value, 0
		}
	}
	return value, 1
}
