package rag

import "errors"

// The sentences that Yinju says itself, by language.
type notice [2]string

var (
	noticeRefused = notice{
		"这些文章里没有找到能回答这个问题的内容。下面是最接近的段落，供您参考。",
		"The articles do not hold an answer to this question. The closest passages are listed below.",
	}
	noticeNothing = notice{
		"这些文章里没有找到能回答这个问题的内容。",
		"The articles do not hold an answer to this question.",
	}
	// noticeDropped has the words of the question for %.
	noticeDropped = notice{
		"按“%”没有找到相关内容，已去掉这一条件。",
		"Nothing was found for “%”; that condition was dropped.",
	}
	noticeExtractive = notice{
		"以上为文章原句摘录，未使用模型。",
		"These are sentences quoted from the articles; no model was used.",
	}
	noticeFallback = notice{
		"模型没有作答，以上改为文章原句摘录。原因：",
		"The model did not answer; these are sentences quoted from the articles instead. Reason: ",
	}
	noticeUnranked = notice{
		"重排未成功，段落按检索的次序使用。原因：",
		"The passages could not be reranked and stand in the order in which they were found. Reason: ",
	}
	noticeCut = notice{
		"回答中断，内容不完整。原因：",
		"The answer broke off and is incomplete. Reason: ",
	}
	noticeLength = notice{
		"回答达到长度上限，内容不完整。",
		"The model stopped at its length limit; the answer is incomplete.",
	}
	noticeFiltered = notice{
		"模型方的内容过滤中断了回答。",
		"The model's content filter cut the answer.",
	}
	noticeUncited = notice{
		"这个回答没有引用任何段落，请勿当作文章内容。",
		"This answer cites no passage; do not take it for what the articles say.",
	}
	noticeAdded = notice{
		"模型没有引用出处，引文是核对后补上的。",
		"The model cited nothing; the citations were added after checking.",
	}
	// noticeUnsupported has the number of sentences for %.
	noticeUnsupported = notice{
		"有 % 句没能在所引段落中核实，已略去。",
		"Sentences left out because their passages do not support them: %.",
	}
	noticeNoneSupported = notice{
		"模型的回答没有一句能在文章中核实，因此没有显示。",
		"None of what the model said could be found in the articles, so it is not shown.",
	}
	noticeUnjudged = notice{
		"核对模型没有给出判断，句子只按词语核对。",
		"The judge gave no verdicts; the sentences were checked by their words alone.",
	}
	// declining is what the prompt tells the model to say when the passages do not
	// hold the answer.
	declining = notice{
		"资料中没有找到这个问题的答案。",
		"The passages do not hold an answer to this question.",
	}
)

var noticeNotDense = notice{
	"向量检索暂不可用，这次只按词查找。原因：",
	"The dense ranking did not take part; passages were found by words alone. Reason: ",
}

// reasons are what readers are told of a ModelError in Chinese. In English it speaks
// for itself, with its hint to the operator.
var reasons = map[ErrorKind]string{
	ErrorAuth:        "模型服务不接受密钥。",
	ErrorRequest:     "模型服务拒绝了请求。",
	ErrorRateLimited: "模型服务请求过多，或额度用完。",
	ErrorUnavailable: "模型服务连不上，或出了故障。",
	ErrorTimeout:     "模型服务没有及时回应。",
	ErrorProtocol:    "模型服务返回的内容不是完整的回答。",
}

// reason is what readers may know of an error.
func reason(err error, lang language) string {
	var failed *ModelError
	switch {
	case errors.Is(err, ErrDimension):
		return notice{"向量模型已更换，正在重新计算向量。", "the embedding model has changed; the vectors are being computed anew."}[lang]
	case !errors.As(err, &failed):
		return notice{"内部错误。", "an internal error."}[lang]
	case lang == chinese:
		return reasons[failed.Kind]
	default:
		return failed.Error()
	}
}
