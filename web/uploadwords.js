// The words of uploads and removals, in the reader's language.

import { lang } from './strings.js';

const zh = {
  upload: '上传文件',
  uploads: '上传的文件',
  uploadDrop: '或把文件拖到这里',
  uploadDone: '上传结束',
  uploadOutcome: { added: '已收下', replaced: '已取代原来的文件', unchanged: '已经在文件夹里', duplicate: '内容与这个文件相同，没有再存', refused: '没有收下' },
  uploadCopy: '仍要存一份',
  replace: '取代原来的文件',
  token: '写入令牌',
  confirm: '确定',
  cancel: '取消',
  remove: '删除',
  removeSure: '确定删除',
  removeThis: (title) => `删除：${title}`,
  removedThis: (title) => `已删除：${title}`,
};

const en = {
  upload: 'Upload files',
  uploads: 'Files uploaded',
  uploadDrop: 'or drop them here',
  uploadDone: 'The upload is over',
  uploadOutcome: { added: 'Taken in', replaced: 'Took the place of the file before', unchanged: 'Is in the folder already', duplicate: 'Has the same content as this file and was not taken in again', refused: 'Not taken in' },
  uploadCopy: 'Take it in all the same',
  replace: 'Replace the file before',
  token: 'Token for writing',
  confirm: 'OK',
  cancel: 'Cancel',
  remove: 'Remove',
  removeSure: 'Really remove',
  removeThis: (title) => `Remove: ${title}`,
  removedThis: (title) => `Removed: ${title}`,
};

export const words = lang.startsWith('zh') ? zh : en;
